package threads

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// traceEvent is one line of Chrome's trace event format; times are in microseconds.
type traceEvent struct {
	Name  string            `json:"name"`
	Phase string            `json:"ph"` // X: a span, M: the name of a lane
	Start float64           `json:"ts"`
	Took  float64           `json:"dur"`
	PID   int               `json:"pid"`
	Lane  int               `json:"tid"`
	Args  map[string]string `json:"args,omitempty"`
}

// WriteTrace writes the recorded spans in Chrome's trace event format (JSON), one lane for each worker, to be opened in
// ui.perfetto.dev or chrome://tracing.
func (l *Log) WriteTrace(w io.Writer) error {
	lanes := map[string]int{}
	events := []traceEvent{}
	for _, s := range l.Events() {
		lane, ok := lanes[s.Worker]
		if !ok {
			lane = len(lanes) + 1
			lanes[s.Worker] = lane
			events = append(events, traceEvent{Name: "thread_name", Phase: "M", PID: 1, Lane: lane, Args: map[string]string{"name": s.Worker}})
		}
		events = append(events, traceEvent{Name: s.Name, Phase: "X", Start: micro(s.Start), Took: micro(s.End - s.Start), PID: 1, Lane: lane})
	}
	if err := json.NewEncoder(w).Encode(map[string]any{"traceEvents": events}); err != nil {
		return fmt.Errorf("writing the trace: %w", err)
	}
	return nil
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
