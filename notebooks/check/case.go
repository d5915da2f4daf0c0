package check

import (
	"maps"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Letters checks exercise 1 of notebook 4-3: letters must cut the text between
// letters, call count for the pieces, at most so many at once, and add up.
func Letters(letters func(text string, workers int, count func(piece string) map[rune]int) map[rune]int) Verdict {
	if letters == nil {
		return missing("letters")
	}
	for _, t := range []struct {
		text    string
		workers int
	}{
		{strings.Repeat("đường ở đâu cũng đẹp ", 20), 4},
		{strings.Repeat("ướtợậ", 33), 4},
		{strings.Repeat("ặ", 101), 3},
		{"ạ", 2},
		{"", 2},
	} {
		w := watchedCount{}
		var got map[rune]int
		if v := try(func() { got = letters(t.text, t.workers, w.count) }); v != nil {
			return *v
		}
		if v := w.verdict(t.text, t.workers, got); v != nil {
			return *v
		}
	}
	return right("each piece had whole letters, and nobody waited for a lock", "mảnh nào cũng gồm trọn chữ, và không ai phải chờ khoá")
}

// watchedCount counts letters and notes how it is used.
type watchedCount struct {
	now, most, bytes atomic.Int64
	broken           atomic.Value // a piece that begins or ends inside a letter
}

func (w *watchedCount) count(piece string) map[rune]int {
	n := w.now.Add(1)
	for old := w.most.Load(); n > old && !w.most.CompareAndSwap(old, n); old = w.most.Load() {
	}
	defer w.now.Add(-1)
	if !utf8.ValidString(piece) {
		w.broken.Store(piece)
	}
	w.bytes.Add(int64(len(piece)))
	time.Sleep(3 * time.Millisecond)
	return lettersOf(piece)
}

func lettersOf(text string) map[rune]int {
	counts := map[rune]int{}
	for _, letter := range text {
		counts[letter]++
	}
	return counts
}

// verdict says what was wrong, nil if nothing.
func (w *watchedCount) verdict(text string, workers int, got map[rune]int) *Verdict {
	var v Verdict
	most := int(w.most.Load())
	broken, _ := w.broken.Load().(string)
	switch {
	case broken != "":
		v = notYet("a piece begins or ends inside a letter: %.24q", "có mảnh bắt đầu hoặc kết thúc ở giữa một chữ: %.24q", broken)
	case int(w.bytes.Load()) != len(text):
		v = notYet("the text has %d bytes, and count was given %d in all", "văn bản có %d byte, mà count nhận được tổng cộng %d", len(text), w.bytes.Load())
	case !maps.Equal(got, lettersOf(text)):
		v = notYet("the pieces are right, but not their sum: %d different letters of %d", "các mảnh thì đúng, nhưng tổng thì sai: có %d chữ khác nhau, lẽ ra là %d", len(got), len(lettersOf(text)))
	case most > workers:
		v = notYet("%d calls ran at once, and only %d workers were allowed", "có %d lời gọi chạy cùng lúc, trong khi chỉ cho phép %d worker", most, workers)
	case most == 1 && len(text) > 100:
		v = notYet("only one call ran at a time: start the workers before you wait", "mỗi lúc chỉ một lời gọi chạy: hãy khởi chạy các worker rồi mới chờ")
	default:
		return nil
	}
	return &v
}

// MostWorkers checks exercise 2 of notebook 4-3: the largest number of workers
// with an efficiency of at least least.
func MostWorkers(mostWorkers func(seconds map[int]float64, least float64) int) Verdict {
	if mostWorkers == nil {
		return missing("mostWorkers")
	}
	for _, t := range []struct {
		seconds map[int]float64
		least   float64
		want    int
	}{
		{map[int]float64{1: 10, 2: 5.2, 4: 3.0, 8: 2.5}, 0.8, 4},
		{map[int]float64{1: 10, 2: 5.2, 4: 3.0, 8: 2.5}, 0.5, 8},
		{map[int]float64{1: 10, 2: 5.2, 4: 3.0, 8: 2.5}, 0.99, 1},
		{map[int]float64{1: 10, 2: 7, 4: 2.6, 16: 2.5}, 0.9, 4},
		{map[int]float64{1: 3}, 0.5, 1},
	} {
		var got int
		if v := try(func() { got = mostWorkers(maps.Clone(t.seconds), t.least) }); v != nil {
			return *v
		}
		if got != t.want {
			return notYet("with the seconds %v and an efficiency of at least %.2f it is %d, and you say %d", "với số giây %v và hiệu suất ít nhất %.2f thì là %d, còn bạn nói %d", t.seconds, t.least, t.want, got)
		}
	}
	return right("beyond that, you pay more for workers than they bring", "quá con số đó, tiền thuê worker nhiều hơn cái chúng đem lại")
}
