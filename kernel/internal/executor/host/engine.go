package main

import (
	"errors"
	"slices"
	"sync"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/rt"
)

// engine runs compiled cells.
type engine struct {
	mu     sync.Mutex
	opened map[string]bool
	order  []string // opened plugins, in order
}

// Load opens the plugins of a compiled cell, or hands a plain one to the interpreter.
func (e *engine) Load(c frame.Command) (body func(), fail *rt.Failure) {
	for _, a := range c.Alias {
		rt.Alias(a[0], a[1])
	}
	for _, key := range c.Drop {
		rt.Drop(key)
	}
	if c.Plain != nil {
		body, err := plain(*c.Plain)
		if err != nil {
			return nil, &rt.Failure{Kind: "not plain", Value: err.Error()}
		}
		return body, nil
	}
	for _, path := range c.Plugins {
		if err := e.open(path); err != nil {
			return nil, &rt.Failure{Kind: "load", Value: err.Error()}
		}
	}
	if body = rt.Body(c.Body); body == nil {
		return nil, &rt.Failure{Kind: "load", Value: "the compiled cell holds no " + c.Body}
	}
	return body, nil
}

func plain(p rt.Plain) (func(), error) {
	if rt.Interpret == nil {
		return nil, errors.New("the interpreter is not loaded")
	}
	return rt.Interpret(p)
}

func (e *engine) open(path string) error {
	e.mu.Lock()
	done := e.opened[path]
	e.mu.Unlock()
	if done {
		return nil
	}
	err := withReserve(func() error { return open(path) })
	if err == nil {
		e.mu.Lock()
		e.opened[path] = true
		e.order = append(e.order, path)
		e.mu.Unlock()
	}
	return err
}

// plugins lists the opened plugins, in order.
func (e *engine) plugins() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.order)
}

// Interpreter loads the interpreter, which registers itself with rt.
func (e *engine) Interpreter(path string) error { return open(path) }
