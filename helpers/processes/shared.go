package processes

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/edsrzf/mmap-go"
)

// A segment is memory that several processes map. It has no name in the file
// system, so nothing is left behind however its processes end: it is freed when
// the last of them has closed it or ended. Others open it through its creator's
// open file, /proc/PID/fd/N, so the creator must live, and not have closed it,
// when a process first receives it.
type segment struct {
	handle string // "pid/fd/inode/size"
	file   *os.File
	mem    mmap.MMap
	turn   chan struct{} // full while a goroutine of this process has the lock

	mu     sync.Mutex
	closed bool // guarded by mu
}

// segments are those this process has, so that each is mapped once.
var segments struct {
	sync.Mutex
	byHandle map[string]*segment
}

// newSegment makes a segment of size bytes, all zero.
func newSegment(size int) (*segment, error) {
	f, err := anonymousFile()
	if err != nil {
		return nil, fmt.Errorf("processes: no shared memory: %w", err)
	}
	if err := f.Truncate(int64(size)); err != nil {
		f.Close()
		return nil, fmt.Errorf("processes: no shared memory of %d bytes: %w", size, err)
	}
	inode, err := fileID(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	handle := fmt.Sprintf("%d/%d/%d/%d", os.Getpid(), f.Fd(), inode, size)
	return mapSegment(f, handle, size)
}

func mapSegment(f *os.File, handle string, size int) (*segment, error) {
	mem, err := mmap.MapRegion(f, size, mmap.RDWR, 0, 0)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("processes: can't map %d bytes of shared memory: %w", size, err)
	}
	s := &segment{handle: handle, file: f, mem: mem, turn: make(chan struct{}, 1)}
	segments.Lock()
	defer segments.Unlock()
	if segments.byHandle == nil {
		segments.byHandle = map[string]*segment{}
	}
	segments.byHandle[handle] = s
	return s, nil
}

// openSegment maps the segment of another process, or returns the one this
// process has already.
func openSegment(handle string) (*segment, error) {
	segments.Lock()
	s := segments.byHandle[handle]
	segments.Unlock()
	if s != nil {
		return s, nil
	}
	part := strings.Split(handle, "/")
	if len(part) != 4 {
		return nil, fmt.Errorf("processes: %q is no handle of shared memory", handle)
	}
	size, err := strconv.Atoi(part[3])
	if err != nil || size <= 0 {
		return nil, fmt.Errorf("processes: %q is no handle of shared memory", handle)
	}
	f, err := os.OpenFile("/proc/"+part[0]+"/fd/"+part[1], os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("processes: the shared memory is gone: its creator, process %s, has closed it or ended", part[0])
	}
	inode, err := fileID(f)
	if err != nil || strconv.FormatUint(inode, 10) != part[2] {
		f.Close()
		return nil, fmt.Errorf("processes: the shared memory is gone: its creator, process %s, has closed it", part[0])
	}
	return mapSegment(f, handle, size)
}

// close lets go of the memory. Private zeros take its place in this process, so
// that a slice of it that is still in use does no harm.
func (s *segment) close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	segments.Lock()
	delete(segments.byHandle, s.handle)
	segments.Unlock()
	return errors.Join(unshare(s.mem), s.file.Close())
}

func (s *segment) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// flat says why values of type t can't lie in shared memory; nil if they can.
func flat(t reflect.Type) error {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return nil
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if err := flat(t.Field(i).Type); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("processes: a %s holds pointers into one process's memory and can't be shared; use numbers, and arrays and structs of them", t)
}
