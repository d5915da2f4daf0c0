package durable

// recentMost is how many names a recent remembers: more than a server delivers
// again.
const recentMost = 1 << 14

// A recent remembers the last names it was told. The zero value is ready.
type recent struct {
	known map[string]bool
	ring  []string
	next  int
}

func (r *recent) has(name string) bool { return r.known[name] }

func (r *recent) add(name string) {
	switch {
	case r.known[name]:
		return
	case r.known == nil:
		r.known = map[string]bool{}
	}
	r.known[name] = true
	if len(r.ring) < recentMost {
		r.ring = append(r.ring, name)
		return
	}
	delete(r.known, r.ring[r.next])
	r.ring[r.next] = name
	r.next = (r.next + 1) % recentMost
}
