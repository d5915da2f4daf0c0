package magic

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var codeCommands = []*Spec{
	{Name: "time", Args: "[code]", Takes: LineOrRest, Help: "runs the line's code or the rest of the cell once, and says what time it took", Run: timeOnce},
	{Name: "timeit", Args: "[code]", Takes: LineOrRest, Help: "runs the line's code or the rest of the cell many times and shows the median time and its spread", Run: timeMany},
	{Name: "native", Takes: Rest, Help: "runs the rest of the cell compiled", Run: runNative},
	{Name: "interp", Takes: Rest, Help: "runs the rest of the cell in the interpreter or, where that can't, compiled, and says why", Run: runInterp},
}

func runNative(ctx context.Context, r *Runner, c Command) error {
	r.Native()
	return r.RunCell(ctx, c.Body)
}

func runInterp(ctx context.Context, r *Runner, c Command) error {
	err := r.RunCell(ctx, c.Body)
	if tier, why := r.Tier(); tier == "native" && why != "" {
		r.Stream("stderr", "notice: the interpreter could not run this cell, it was compiled: "+why+"\n")
	}
	return err
}

// code returns the code on the command's line at its place, or the rest of the cell.
func (c Command) code() string {
	if c.Args == "" {
		return c.Body
	}
	return strings.Repeat("\n", c.Line-1) + c.Args
}

func timeOnce(ctx context.Context, r *Runner, c Command) error {
	start := time.Now()
	if inner := Split(c.code()); len(inner.Commands) > 0 {
		err := r.RunCell(ctx, c.code())
		if err == nil {
			r.Stream("stdout", fmt.Sprintf("time: %s\n", Seconds(time.Since(start))))
		}
		return err
	}
	t, err := r.RunGo(ctx, c.code())
	if err != nil {
		return err
	}
	r.Stream("stdout", t.String()+"\n")
	return nil
}

// String says the timing in words.
func (t Timing) String() string {
	s := "wall time: " + Seconds(t.Wall)
	if t.CPU >= 0 {
		s += ", CPU time: " + Seconds(t.CPU)
		if t.Wall >= 10*time.Millisecond {
			s += fmt.Sprintf(" (%.2f processors)", t.CPU.Seconds()/t.Wall.Seconds())
		}
	}
	return s + "; compiling took " + Seconds(t.Build)
}

// Seconds writes a duration with three digits: 12.3 ms.
func Seconds(d time.Duration) string {
	for _, u := range []struct {
		unit string
		size time.Duration
	}{{"s", time.Second}, {"ms", time.Millisecond}, {"µs", time.Microsecond}} {
		if d >= u.size {
			v := float64(d) / float64(u.size)
			digits := 2
			if v >= 100 {
				digits = 0
			} else if v >= 10 {
				digits = 1
			}
			return fmt.Sprintf("%.*f %s", digits, v, u.unit)
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}
