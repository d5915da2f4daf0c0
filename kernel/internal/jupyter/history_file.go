package jupyter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of the history: entries kept in memory, and bytes of the file above
// which the next kernel to start keeps the newest half of it.
const (
	maxEntries     = 10_000
	maxHistoryFile = 8 << 20
)

// lockTime is how long another kernel may be at the file.
const lockTime = 2 * time.Second

// A historyFile keeps entries as JSON, one a line. A line that is no entry is
// skipped. Kernels that share it take turns by a lock file beside it; a new
// session's number is noted by an entry with line 0.
type historyFile struct{ path string }

// HistoryPath is where the history is kept: songsong/history.jsonl in
// XDG_STATE_HOME, by default ~/.local/state. It is "" where there is no home.
func HistoryPath() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil || home == "" {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "songsong", "history.jsonl")
}

// open reads the entries and takes a number for a new session.
func (f *historyFile) open() (entries []entry, session int, err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return nil, 0, err
	}
	err = f.locked(func() error {
		b, err := os.ReadFile(f.path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		if len(b) > maxHistoryFile {
			b = newestHalf(b)
			if err := f.replace(b); err != nil {
				return err
			}
		}
		entries, session = parseHistory(b)
		session++
		return f.write(entry{Session: session}, len(b) > 0 && b[len(b)-1] != '\n')
	})
	return entries, session, err
}

// parseHistory returns the cells in b, oldest first, and the highest session.
func parseHistory(b []byte) (entries []entry, session int) {
	for line := range bytes.Lines(b) {
		var e entry
		if json.Unmarshal(line, &e) != nil || e.Session <= 0 || e.Session > 1<<30 {
			continue
		}
		session = max(session, e.Session)
		if e.Line > 0 && e.Input != "" {
			entries = append(entries, e)
		}
	}
	return last(entries, maxEntries), session
}

// newestHalf drops the older half of the lines.
func newestHalf(b []byte) []byte {
	b = b[len(b)/2:]
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[i+1:]
	}
	return nil
}

func (f *historyFile) replace(b []byte) error {
	tmp := f.path + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, f.path)
}

func (f *historyFile) append(e entry) error {
	return f.locked(func() error { return f.write(e, false) })
}

// write appends an entry, on a new line of its own if the last is unfinished.
func (f *historyFile) write(e entry, unfinished bool) error {
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	w, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if unfinished {
		out.WriteByte('\n')
	}
	out.Write(b)
	out.WriteByte('\n')
	if err := out.Flush(); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// locked calls do while no other kernel is at the file.
func (f *historyFile) locked(do func() error) error {
	l, err := os.OpenFile(f.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer l.Close() // also unlocks
	for end := time.Now().Add(lockTime); ; time.Sleep(5 * time.Millisecond) {
		err := unix.Flock(int(l.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return do()
		}
		if err != unix.EINTR && err != unix.EWOULDBLOCK {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s was locked by another process for %v", l.Name(), lockTime)
		}
	}
}
