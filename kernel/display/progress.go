package display

import (
	"fmt"
	"html"
	"iter"
	"os"
	"strings"
	"sync"
	"time"
)

// progressEvery is the least time between two drawings of a bar: the Jupyter
// server drops messages above 1,000 per second.
const progressEvery = 100 * time.Millisecond

// Progress is a bar that moves in place: under the cell, or outside a notebook
// on a terminal's error output; nothing is shown where neither is. The zero value works:
// it counts steps towards an unknown total. Set the fields before the first
// Add. Methods may be called from many goroutines; a call that draws nothing
// costs about 50 ns.
//
// The bar as [Progress.Done] leaves it holds no time, so that running a
// notebook again gives the same output.
type Progress struct {
	Label string
	Total int // steps in all; 0 if it isn't known

	mu    sync.Mutex // guards what follows
	n     int
	id    string
	start time.Time
	drawn time.Time
	done  bool
}

// NewProgress shows a bar for total steps (0: unknown) and returns it.
func NewProgress(label string, total int) *Progress {
	p := &Progress{Label: label, Total: total}
	p.Add(0)
	return p
}

// Track yields what seq yields and moves a bar by one for each (Python's tqdm).
// It fits the results of any pool, durable and clustered ones too:
//
//	for r, err := range display.Track("primes", len(args), pool.Map(ctx, slices.Values(args))) {
//
// A loop that is left early leaves the bar where it was.
func Track[K, V any](label string, total int, seq iter.Seq2[K, V]) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		bar := NewProgress(label, total)
		defer bar.Done()
		for k, v := range seq {
			bar.Add(1)
			if !yield(k, v) {
				return
			}
		}
	}
}

// Add says that n more steps are done. The bar is drawn at most ten times a second.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setLocked(p.n + n)
}

// Set says that n steps are done.
func (p *Progress) Set(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setLocked(n)
}

// Done draws the bar for the last time. Calls after it do nothing.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.done {
		p.done = true
		p.drawLocked(time.Now())
	}
}

func (p *Progress) setLocked(n int) {
	if p.done {
		return
	}
	p.n = n
	if now := time.Now(); now.Sub(p.drawn) >= progressEvery {
		p.drawLocked(now)
	}
}

func (p *Progress) drawLocked(now time.Time) {
	kind := KindUpdate
	if p.id == "" {
		kind, p.id, p.start = KindDisplay, UniqueID("progress"), now
	}
	p.drawn = now
	if !Connected() {
		p.printLocked(now)
		return
	}
	_ = send(Event{Kind: kind, ID: p.id, Data: p.dataLocked(now)})
}

// printLocked draws on a terminal's error output.
func (p *Progress) printLocked(now time.Time) {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	end := ""
	if p.done {
		end = "\n"
	}
	fmt.Fprintf(os.Stderr, "\r\x1b[K%s%s", p.textLocked(now), end)
}

func (p *Progress) dataLocked(now time.Time) Data {
	bar := "<progress"
	switch {
	case p.Total > 0:
		bar += fmt.Sprintf(` max="%d" value="%d"`, p.Total, min(max(p.n, 0), p.Total))
	case p.done:
		bar += ` max="1" value="1"`
	}
	label := p.Label
	if label == "" {
		label = "progress"
	}
	bar += fmt.Sprintf(` aria-label="%s"></progress>`, html.EscapeString(label))
	text := `<span>` + html.EscapeString(p.wordsLocked(now)) + `</span>`
	name := ""
	if p.Label != "" {
		name = `<span>` + html.EscapeString(p.Label) + `</span> `
	}
	return MakeData3(MIMETypeHTML, p.textLocked(now), "<div>"+name+bar+" "+text+"</div>")
}

// textLocked is the bar in one line of text.
func (p *Progress) textLocked(now time.Time) string {
	var b strings.Builder
	if p.Label != "" {
		b.WriteString(p.Label + " ")
	}
	if p.Total > 0 {
		const width = 24
		full := width * min(max(p.n, 0), p.Total) / p.Total
		b.WriteString(strings.Repeat("█", full) + strings.Repeat("░", width-full) + " ")
	}
	b.WriteString(p.wordsLocked(now))
	return b.String()
}

// wordsLocked is the count and, while it runs, the time taken and left.
func (p *Progress) wordsLocked(now time.Time) string {
	s := fmt.Sprint(p.n)
	if p.Total > 0 {
		s = fmt.Sprintf("%d/%d", p.n, p.Total)
	}
	if p.done {
		return s
	}
	taken := now.Sub(p.start)
	if taken >= time.Second {
		s += ", " + taken.Round(time.Second).String()
	}
	if p.Total > 0 && p.n > 0 && p.n < p.Total && taken >= time.Second {
		left := time.Duration(float64(taken) / float64(p.n) * float64(p.Total-p.n))
		s += ", about " + left.Round(time.Second).String() + " left"
	}
	return s
}
