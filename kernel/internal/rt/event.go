package rt

// An Event is what the executor tells the kernel.
type Event struct {
	Kind    Kind
	Cell    int
	Name    string // Stream: stdout or stderr; Input: the prompt; Progress: a word
	Text    []byte // Stream
	Bundle  *Bundle
	Wait    bool // Clear
	Hidden  bool // Input: a password
	ID      int  // Input: which request
	Failure *Failure
	Left    []Left // Done: goroutines of the cell that still run
	Value   string // replies to commands
}

// Kind says what an Event is about.
type Kind int

const (
	Ready       Kind = iota // the executor is up
	Stream                  // text of a cell
	Display                 // a bundle to show
	Result                  // the cell's value
	Clear                   // clear the cell's output
	Input                   // the cell asks for a line
	Done                    // the cell ended
	LateFailure             // a goroutine failed after its cell ended
	Stuck                   // an interrupted cell can't be stopped: the kernel must end the executor
	Answer                  // the reply to a command
)

// A Bundle is one output in several formats; JSON values come encoded.
type Bundle struct {
	Text map[string]string
	Bin  map[string][]byte
	JSON map[string][]byte
	Meta []byte // JSON
	ID   string // display id
	Upd  bool   // update the output with that id
}

// Left is a goroutine that outlived its cell.
type Left struct {
	ID    uint64 // the goroutine's number
	State string
	Frame Frame
}

// Out sends an event to the kernel. The executor's host sets it before any cell runs.
var Out = func(Event) {}
