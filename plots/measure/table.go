package measure

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"
)

// String is a table of the medians with their 95 % intervals: the wall time,
// the speedup, and the speedup without run-queue wait where the system tells
// that.
func (s *Scaling) String() string {
	return table(s.Title, s.Report, s.Err, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "program\tworkers\ttime\tspeedup\twithout run-queue wait\tn")
		for i, series := range s.Series {
			for k, p := range series.Points {
				name := series.Name
				if series.Simulated {
					name += " (simulated)"
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\n", name, p.Workers, interval(p.Time()),
					factor(Summarize(s.Speedups(i, k, false))), factor(Summarize(s.Speedups(i, k, true))), len(p.Wall))
			}
		}
		if s.Base != nil {
			fmt.Fprintf(w, "base: %s\t\t%s\t\t\t%d\n", s.BaseName, interval(Summarize(s.Base)), len(s.Base))
		}
	})
}

// String is a table of the medians with their 95 % intervals.
func (s *Samples) String() string {
	return table(s.Title, s.Report, s.Err, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "operation\tcost\tn")
		for _, x := range s.Items {
			fmt.Fprintf(w, "%s\t%s\t%d\n", x.Name, interval(x.Summary()), len(x.Seconds))
		}
	})
}

func table(title string, r Report, err error, rows func(*tabwriter.Writer)) string {
	var b strings.Builder
	if title != "" {
		fmt.Fprintln(&b, title)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	rows(w)
	_ = w.Flush() // a strings.Builder never fails
	switch {
	case err != nil:
		fmt.Fprintf(&b, "stopped early: %v\n", err)
	case r.Rounds > 0 && math.IsInf(r.Spread, 1):
		fmt.Fprintf(&b, "inconclusive: %d rounds give no interval, six do\n", r.Rounds)
	case r.Rounds > 0 && !r.Settled:
		fmt.Fprintf(&b, "inconclusive: the widest interval is ±%.0f %%\n", 100*r.Spread)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func interval(s Summary) string {
	if s.N == 0 {
		return "?"
	}
	mid := short(s.Median)
	if !s.Bounded() {
		return mid
	}
	return fmt.Sprintf("%s [%s, %s]", mid, short(s.Lo), short(s.Hi))
}

// short writes seconds with three digits.
func short(seconds float64) string {
	d := time.Duration(seconds * 1e9)
	if d < 100 { // below what a Duration can tell apart
		return fmt.Sprintf("%.3gns", seconds*1e9)
	}
	unit := time.Duration(math.Pow10(max(0, int(math.Log10(float64(d)))-2)))
	return d.Round(unit).String()
}

func factor(s Summary) string {
	switch {
	case s.N == 0:
		return ""
	case !s.Bounded():
		return fmt.Sprintf("%.2f", s.Median)
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", s.Median, s.Lo, s.Hi)
}
