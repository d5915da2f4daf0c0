package session

import (
	"context"
	"maps"
	"strings"

	"songsong/kernel/internal/magic"
)

// startAhead compiles the cell that comes next in the background, while this one
// runs: it is found in the cache then. The names of this cell are known by now; if
// the cell fails, or changes what the next one is checked against, that one is
// compiled again, as ever.
func (c *run) startAhead() {
	next := magic.Split(c.req.Next)
	if strings.TrimSpace(next.Go) == "" || len(next.Commands) > 0 || c.tools == nil {
		return
	}
	code := c.withInits(next)
	c.ahead.Go(func() { c.compileAhead(code) })
}

// compileAhead builds code and leaves no trace of it but in the cache.
func (c *run) compileAhead(code string) {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	defer func() { _ = recover() }() // the cell's own run will say what is wrong
	cell, errs := c.scope.Parse(code, "the next cell")
	if len(errs) > 0 {
		return
	}
	ch, errs := c.scope.Check(cell)
	if len(errs) > 0 {
		return
	}
	before, loaded, runs := c.scope.Snapshot(), maps.Clone(c.loaded), maps.Clone(c.runs)
	defer func() {
		c.scope.Restore(before)
		c.loaded, c.runs = loaded, runs
	}()
	ch.Commit()
	sub := &run{session: c.session, req: Request{Silent: true}}
	_, _ = sub.link(context.Background(), ch) // what fails is said when the cell runs
}
