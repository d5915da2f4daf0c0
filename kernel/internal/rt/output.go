package rt

import (
	"fmt"
	"log"
	"os"
	"sync/atomic"
)

// A stream is standard output or error: what a goroutine writes goes to the
// cell that started it.
type stream string

func (s stream) Write(p []byte) (int, error) {
	if Direct.Load() && s == Stdout {
		return os.Stdout.Write(p)
	}
	if len(p) > 0 {
		Out(Event{Kind: Stream, Cell: Current().ID, Name: string(s), Text: p})
	}
	return len(p), nil
}

// Direct lets what is printed go through os.Stdout, for those who put something
// else there for a while.
var Direct atomic.Bool

// Stdout and Stderr stand for os.Stdout and os.Stderr where a cell uses them as
// an io.Writer.
const (
	Stdout = stream("stdout")
	Stderr = stream("stderr")
)

// WriteString avoids a copy in io.WriteString.
func (s stream) WriteString(p string) (int, error) { return s.Write([]byte(p)) }

// Println, Printf and Print stand for those of fmt in a cell.
func Println(a ...any) (n int, err error)               { return fmt.Fprintln(Stdout, a...) }
func Printf(format string, a ...any) (n int, err error) { return fmt.Fprintf(Stdout, format, a...) }
func Print(a ...any) (n int, err error)                 { return fmt.Fprint(Stdout, a...) }

// Fatal, Fatalf and Fatalln stand for those of log in a cell.
func Fatal(v ...any)                 { log.Print(v...); Exit(1) }
func Fatalf(format string, v ...any) { log.Printf(format, v...); Exit(1) }
func Fatalln(v ...any)               { log.Println(v...); Exit(1) }

func init() {
	if os.Getenv("SONGSONG_EXECUTOR") != "" {
		log.SetOutput(Stderr)
	}
}
