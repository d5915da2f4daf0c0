package jupyter

import (
	"songsong/kernel/internal/wire"
)

// A lane says who answers a request.
type lane int

const (
	now  lane = iota // the reader of the channel, at once
	ask              // one goroutine, one after another, while cells run
	cell             // the queue of cells
)

// Channels a request may come on.
const (
	onShell = 1 << iota
	onControl
)

// A route says how requests of one type are answered.
type route struct {
	lane     lane
	channels int
	noReply  bool // the protocol has no reply to it
	answer   answer
	stale    answer // of a question that is no longer of use; nil: as answer
}

// An answer makes the content of a reply, or an error that becomes one.
type answer func(*Server, *request) (content any, err error)

// A request is a message with the channel it came on.
type request struct {
	*wire.Message
	from  *wire.Channel
	after func() // if not nil, called when the request is done with
}

// routes is every request we know. Types that are not in it are answered with
// an error. It is filled by init, as kernel_info and others reach back to it.
var routes map[string]route

func init() {
	routes = map[string]route{
		"kernel_info_request": {now, onShell | onControl, false, decoded((*Server).kernelInfo), nil},
		"connect_request":     {now, onShell | onControl, false, decoded((*Server).connect), nil},
		"comm_info_request":   {now, onShell | onControl, false, decoded((*Server).commInfo), nil},
		"comm_open":           {now, onShell, true, decoded((*Server).commOpen), nil},
		"comm_msg":            {now, onShell, true, decoded((*Server).commMsg), nil},
		"comm_close":          {now, onShell, true, decoded((*Server).commClose), nil},

		"execute_request":     {cell, onShell, false, nil, nil},
		"complete_request":    {ask, onShell, false, decoded((*Server).complete), decoded((*Server).completeStale)},
		"inspect_request":     {ask, onShell, false, decoded((*Server).inspect), decoded((*Server).inspectStale)},
		"is_complete_request": {ask, onShell, false, decoded((*Server).isComplete), nil},
		"history_request":     {ask, onShell, false, decoded((*Server).historyRequest), nil},

		"interrupt_request":       {now, onShell | onControl, false, decoded((*Server).interruptRequest), nil},
		"shutdown_request":        {now, onShell | onControl, false, decoded((*Server).shutdown), nil},
		"usage_request":           {now, onShell | onControl, false, decoded((*Server).usageRequest), nil},
		"debug_request":           {now, onShell | onControl, false, decoded((*Server).debug), nil},
		"create_subshell_request": {now, onShell | onControl, false, decoded((*Server).subshell), nil},
		"delete_subshell_request": {now, onShell | onControl, false, decoded((*Server).subshell), nil},
		"list_subshell_request":   {now, onShell | onControl, false, decoded((*Server).subshell), nil},
	}
}

// decoded makes an answer of a method that takes the decoded content.
func decoded[T any](f func(*Server, *request, T) (any, error)) answer {
	return func(s *Server, r *request) (any, error) {
		var content T
		if err := r.DecodeContent(&content); err != nil {
			return nil, &protocolError{"InvalidRequest", err.Error()}
		}
		return f(s, r, content)
	}
}
