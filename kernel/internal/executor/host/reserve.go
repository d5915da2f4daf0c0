package main

import (
	"os"
	"sync"
)

// reserve are open files kept so that a cell's plugin can be opened when earlier
// cells have used up every file descriptor of the process.
var reserve struct {
	sync.Mutex
	files []*os.File
}

const reserved = 8

// withReserve runs f with the reserve set free, and takes it again.
func withReserve(f func() error) error {
	reserve.Lock()
	defer reserve.Unlock()
	for _, file := range reserve.files {
		file.Close()
	}
	reserve.files = reserve.files[:0]
	defer func() {
		for range reserved {
			if file, err := os.Open(os.DevNull); err == nil {
				reserve.files = append(reserve.files, file)
			}
		}
	}()
	return f()
}
