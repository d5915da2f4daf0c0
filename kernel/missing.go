package main

import (
	"fmt"
	"regexp"
	"slices"

	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/runner"
	"songsong/kernel/internal/source"
)

var undefined = regexp.MustCompile(`undefined: ([\p{L}_][\p{L}\p{N}_]*)`)

// whyMissing says, by the number of a cell that failed for want of a name, what
// became of that name's definition: the cells were reordered, or one was deleted
// or changed.
func whyMissing(nb *notebook.Notebook, rep *runner.Report) map[int]string {
	why := map[int]string{}
	defines := map[string][]int{} // name → numbers of the code cells
	for _, cr := range rep.Cells {
		if cr.Status != runner.Failed {
			continue
		}
		m := undefined.FindStringSubmatch(cr.Err.Value)
		if m == nil {
			continue
		}
		if len(defines) == 0 {
			for i, c := range nb.CodeCells() {
				for _, name := range source.Defines(magic.Split(c.Source).Go) {
					defines[name] = append(defines[name], i+1)
				}
			}
		}
		why[cr.Number] = missing(m[1], cr.Number, defines[m[1]], rep)
	}
	return why
}

func missing(name string, user int, at []int, rep *runner.Report) string {
	at = slices.DeleteFunc(at, func(n int) bool { return n == user })
	if len(at) == 0 {
		return fmt.Sprintf("; no cell defines %s any more", name)
	}
	n := at[0]
	switch {
	case n > user:
		return fmt.Sprintf("; %s is defined below, in cell %d, so the cells stand in another order than they ran in", name, n)
	case rep.Cells[n-1].Status == runner.Failed:
		return fmt.Sprintf("; cell %d defines %s, and failed", n, name)
	}
	return ""
}
