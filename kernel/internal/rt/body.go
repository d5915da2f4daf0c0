package rt

import "sync"

var bodies sync.Map // key → func()

// Register makes a compiled cell known under key; plugins call it from init.
func Register(key string, body func()) { bodies.Store(key, body) }

// Body returns the compiled cell with key, nil if there is none.
func Body(key string) func() {
	b, _ := bodies.Load(key)
	f, _ := b.(func())
	return f
}
