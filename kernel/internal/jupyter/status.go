package jupyter

import (
	"sync"

	"songsong/kernel/internal/wire"
)

// status publishes what the kernel is doing: busy and idle around every
// request, starting once.
//
// A front end's indicator shows the last status it saw. An idle that ends, say,
// a completion would make a running cell look finished, so busy is then said
// again for the cell.
type status struct {
	iopub *wire.IOPub
	pace  *pace
	log   func(format string, args ...any)

	mu   sync.Mutex
	cell *wire.Message // the cell that runs, or nil
}

type statusContent struct {
	State string `json:"execution_state"`
}

func (s *status) publish(parent *wire.Message, state string) {
	if err := s.iopub.Publish(parent, "status", statusContent{state}, nil); err != nil {
		s.log("status %s: %v", state, err)
	}
	if state == "idle" {
		s.pace.reset()
	}
}

func (s *status) starting() { s.publish(nil, "starting") }

func (s *status) busy(m *wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(m, "busy")
}

func (s *status) idle(m *wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(m, "idle")
	if s.cell != nil {
		s.publish(s.cell, "busy")
	}
}

// running says busy for a cell, which stays the one that runs until ended.
func (s *status) running(m *wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cell = m
	s.publish(m, "busy")
}

func (s *status) ended(m *wire.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cell = nil
	s.publish(m, "idle")
}
