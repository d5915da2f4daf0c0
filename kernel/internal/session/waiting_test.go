package session

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// outputs writes down what a cell shows.
type outputs []string

func (o *outputs) Started(int)              {}
func (o *outputs) Stream(name, text string) { *o = append(*o, text) }
func (o *outputs) Result(b Bundle)          { *o = append(*o, "result") }
func (o *outputs) Clear(bool)               { *o = append(*o, "clear") }
func (o *outputs) Display(b Bundle) {
	*o = append(*o, fmt.Sprintf("%v update=%v", b.Data["text/plain"], b.Update))
}
func (o *outputs) Input(context.Context, string, bool) (string, error) { return "", nil }

func TestWaitIsShownAndTakenAway(t *testing.T) {
	for name, test := range map[string]struct {
		cell func(c *run)
		want outputs
	}{
		"short": {func(c *run) { c.during(building, func() { time.Sleep(900 * time.Millisecond) }) }, nil},
		"long": {func(c *run) {
			c.during(building, func() { time.Sleep(2500 * time.Millisecond) })
			c.out.Result(Bundle{})
		}, outputs{"linking (1 s) update=false", "linking (2 s) update=true", "clear", "result"}},
		"twice": {func(c *run) {
			c.during(preparing, func() { time.Sleep(1500 * time.Millisecond) })
			c.during(building, func() { time.Sleep(1500 * time.Millisecond) })
		}, outputs{"preparing Go: linking (1 s; this happens once) update=false", "clear", "linking (1 s) update=false", "clear"}},
		"one in another": {func(c *run) {
			c.during(building, func() { c.during(preparing, func() { time.Sleep(1500 * time.Millisecond) }) })
		}, outputs{"linking (1 s) update=false", "clear"}},
		"output before": {func(c *run) {
			c.out.Stream("stderr", "notice")
			c.during(building, func() { time.Sleep(3 * time.Second) })
		}, outputs{"notice"}},
		"output meanwhile": {func(c *run) {
			c.during(building, func() {
				time.Sleep(1500 * time.Millisecond)
				c.out.Stream("stderr", "notice")
				time.Sleep(3 * time.Second)
			})
		}, outputs{"linking (1 s) update=false", "clear", "notice"}},
		"silent": {func(c *run) {
			c.req.Silent = true
			c.during(building, func() { time.Sleep(3 * time.Second) })
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got outputs
				wait := &waitSink{Sink: &got}
				test.cell(&run{session: &session{doing: "linking"}, out: wait, wait: wait})
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q\nwant %q", got, test.want)
				}
			})
		})
	}
}
