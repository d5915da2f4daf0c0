package session

import (
	"context"
	"strings"

	"songsong/kernel/internal/source"
)

// maxNamed is how many stale cells a notice names.
const maxNamed = 5

// staleCells lists the cells whose output can't come from the cells as they are.
func (c *run) staleCells() []source.Stale {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	return c.graph.Stale()
}

// forgetDeleted takes note of the cells that the reader has deleted.
func (c *run) forgetDeleted() {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	c.graph.Delete(c.req.Deleted)
}

// noticeStale tells the reader which cells this one has made stale, and whether
// it is stale itself.
func (c *run) noticeStale() {
	if c.req.CellID == "" || c.req.Silent {
		return
	}
	told := c.commands.stale
	now := map[string]bool{}
	var names []string
	for _, s := range c.staleCells() {
		now[s.ID] = true
		switch {
		case s.ID == c.req.CellID:
			c.out.Stream("stderr", "notice: this cell "+s.Why+": after a restart it will fail or give something else\n")
		case !told[s.ID]:
			names = append(names, s.Label)
		}
	}
	c.commands.stale = now
	if len(names) == 0 {
		return
	}
	verb := " is"
	if len(names) > 1 {
		verb = " are"
	}
	if len(names) > maxNamed {
		names = append(names[:maxNamed], "others")
	}
	c.out.Stream("stderr", "notice: "+strings.Join(names, ", ")+verb+" stale now: %stale says why, %run stale runs again what is stale\n")
}

// Stale lists the stale cells and why they are so.
func (h host) Stale(ctx context.Context) (lines []string, err error) {
	if err := h.compiler(ctx); err != nil { // without it, nobody knows what a cell uses
		return nil, err
	}
	for _, s := range h.c.staleCells() {
		lines = append(lines, s.Label+" "+s.Why)
	}
	return lines, nil
}

// RunStale runs the stale cells again, each as it was run last, until none is
// stale; those that stay so, since a cell they use was deleted, run once. What
// they show appears under this cell.
func (h host) RunStale(ctx context.Context) (ran int, err error) {
	if err := h.compiler(ctx); err != nil {
		return 0, err
	}
	if h.c.commands.again { // a stale cell that holds this command
		return 0, nil
	}
	h.c.commands.again = true
	defer func() { h.c.commands.again = false; h.c.commands.runner.In(h) }()
	done := map[string]bool{h.c.req.CellID: true}
	for {
		next := h.nextStale(done)
		if next == nil {
			return ran, nil
		}
		done[next.ID] = true
		h.Stream("stdout", "again "+next.Label+", which "+next.Why+":\n")
		if err := h.c.runAgain(ctx, *next); err != nil {
			return ran, err
		}
		ran++
	}
}

func (h host) nextStale(done map[string]bool) *source.Stale {
	for _, s := range h.c.staleCells() {
		if !done[s.ID] {
			return &s
		}
	}
	return nil
}

// runAgain runs a whole cell, commands too, under its old name and id.
func (c *run) runAgain(ctx context.Context, s source.Stale) *Error {
	c.mu.Lock()
	c.lastID++
	sub := &run{session: c.session, req: Request{Code: s.Code, CellID: s.ID, Silent: true}, out: c.out, id: c.lastID, name: s.Label}
	c.sinks[sub.id] = c.out
	c.mu.Unlock()
	return sub.runCell(ctx, s.Code)
}
