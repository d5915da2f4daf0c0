//go:build !linux

package funcs

import (
	"errors"

	"songsong/helpers/processes/internal/wire"
)

type table struct{}

var errSystem = errors.New("functions are found by address on Linux only; give them a name with processes.Register")

func currentTable() (*table, error)                { return nil, errSystem }
func (t *table) addr(uintptr) (wire.Addr, error)   { return wire.Addr{}, errSystem }
func (t *table) find(a wire.Addr) (uintptr, error) { return 0, errSystem }
