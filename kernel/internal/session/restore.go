package session

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"songsong/kernel/internal/source"
)

// noteLost remembers which cells defined the variables that are about to be
// lost; the caller holds scopeMu.
func (c *run) noteLost() {
	c.commands.lost, c.commands.killer = c.scope.Vars(), strings.TrimSpace(c.req.Code)
}

// Restore runs again the cells that defined the variables which were lost when
// the executor ended, in their order, and says which it did not.
func (h host) Restore(ctx context.Context) error {
	c := h.c
	if err := c.await(ctx); err != nil {
		return err
	}
	lost := c.stillLost()
	if len(lost) == 0 {
		h.Stream("stdout", "nothing is lost: there is nothing to restore\n")
		return nil
	}
	var left []string
	for _, l := range lost {
		if l.cell.Text == c.commands.killer || strings.TrimSpace(l.cell.Text) == c.commands.killer {
			left = append(left, fmt.Sprintf("%s (%s): it ended the executor", l.cell.Label, strings.Join(l.names, ", ")))
			continue
		}
		if err := c.again(ctx, l.cell); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			left = append(left, fmt.Sprintf("%s (%s): %s", l.cell.Label, strings.Join(l.names, ", "), err.Value))
			continue
		}
		h.Stream("stdout", fmt.Sprintf("ran %s again: %s\n", l.cell.Label, strings.Join(l.names, ", ")))
	}
	if len(left) > 0 {
		h.Stream("stdout", "not restored:\n    "+strings.Join(left, "\n    ")+"\n")
	}
	h.Stream("stdout", "What other cells assigned to these variables later is not restored.\n")
	return nil
}

// lostCell is a cell and the variables it defined that are gone.
type lostCell struct {
	cell  *source.Cell
	names []string
}

// stillLost lists the cells of lost variables that no cell has defined again.
func (c *run) stillLost() (out []*lostCell) {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	now := map[string]bool{}
	for _, v := range c.scope.Vars() {
		now[v.Name] = true
	}
	at := map[string]*lostCell{}
	for _, v := range c.commands.lost {
		if now[v.Name] || v.Cell == nil {
			continue
		}
		l := at[v.Cell.Key]
		if l == nil {
			l = &lostCell{cell: v.Cell}
			at[v.Cell.Key] = l
			out = append(out, l)
		}
		l.names = append(l.names, v.Name)
	}
	slices.SortStableFunc(out, func(a, b *lostCell) int { return number(a.cell.Label) - number(b.cell.Label) })
	return out
}

// number reads the 3 of "cell [3]".
func number(label string) (n int) {
	fmt.Sscanf(label, "cell [%d]", &n)
	return n
}

// again runs a cell as it was run before, under its old name.
func (c *run) again(ctx context.Context, cell *source.Cell) *Error {
	c.mu.Lock()
	c.lastID++
	sub := &run{session: c.session, req: Request{Code: cell.Text, CellID: cell.ID, Silent: true}, out: c.out, id: c.lastID, name: cell.Label}
	c.sinks[sub.id] = c.out
	c.mu.Unlock()
	return sub.runGo(ctx, cell.Text)
}
