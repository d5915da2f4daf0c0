//go:build !linux

package processes

import (
	"errors"
	"os"
)

var errShared = errors.New("shared memory between processes works on Linux only")

func anonymousFile() (*os.File, error) { return nil, errShared }
func fileID(*os.File) (uint64, error)  { return 0, errShared }
func unshare([]byte) error             { return errShared }
func waitFlock(*os.File) error         { return errShared }
func tryFlock(*os.File) (bool, error)  { return false, errShared }
func unFlock(*os.File) error           { return errShared }
