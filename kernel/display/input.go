package display

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

var stdin sync.Mutex // one question at a time

// Input asks the reader for one line and waits for it; the line comes without
// its end. It fails if the front end can't ask, as in a notebook that runs
// headlessly, and when the cell is interrupted.
func Input(prompt string) (string, error) { return ask(prompt, false) }

// Password is Input with the answer hidden while it is typed. (In a plain
// program it is hidden on a Linux terminal only.)
func Password(prompt string) (string, error) { return ask(prompt, true) }

func ask(prompt string, password bool) (string, error) {
	if h := host.Load(); h != nil && h.Input != nil {
		return h.Input(prompt, password)
	}
	stdin.Lock()
	defer stdin.Unlock()
	fmt.Print(prompt)
	if password {
		restore := hideEcho(os.Stdin)
		defer restore()
	}
	return readLine(os.Stdin)
}

// readLine reads byte by byte, so that what follows the line is left for others.
func readLine(r io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for {
		n, err := r.Read(b)
		if n == 1 {
			if b[0] == '\n' {
				return strings.TrimSuffix(string(line), "\r"), nil
			}
			line = append(line, b[0])
		}
		if errors.Is(err, io.EOF) && len(line) > 0 {
			return string(line), nil
		}
		if err != nil {
			return "", fmt.Errorf("display: no answer on standard input: %w", err)
		}
	}
}
