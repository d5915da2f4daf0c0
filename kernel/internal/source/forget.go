package source

import (
	"fmt"
	"strings"
)

// Forget removes names, or none of them and an error. It returns the slots of the
// variables among them. A name that another declaration uses can't be removed
// before that one.
func (s *Scope) Forget(names []string) (slots []string, err error) {
	going := map[string]bool{}
	for _, n := range names {
		if s.decls[n] == nil && s.vars[n] == nil && s.imports[n] == nil {
			return nil, fmt.Errorf("the session has no name %s", n)
		}
		going[n] = true
	}
	for _, n := range names {
		var users []string
		for _, by := range sortedNames(s.decls) {
			if d := s.decls[by]; d.uses[n] && !going[by] && by != n {
				users = append(users, by)
			}
		}
		if len(users) > 0 {
			return nil, fmt.Errorf("%s is used by %s; remove that too", n, strings.Join(users, ", "))
		}
	}
	for _, n := range names {
		if v := s.vars[n]; v != nil {
			slots = append(slots, v.Slot)
		}
		delete(s.vars, n)
		delete(s.decls, n)
		delete(s.imports, n)
		delete(s.broken, n)
	}
	return slots, nil
}
