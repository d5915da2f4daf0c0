package session

import (
	"context"
	"fmt"

	"songsong/kernel/internal/native"
	"songsong/kernel/internal/source"
)

func (h host) Race(ctx context.Context) (bool, error) {
	if err := h.compiler(ctx); err != nil {
		return false, err
	}
	return h.c.tools.Flags.Race, nil
}

func (h host) SetRace(ctx context.Context, on bool) error {
	flags := h.c.tools.Flags
	flags.Race = on
	if err := h.c.rebuild(ctx, flags); err != nil {
		return err
	}
	word := "without the race detector"
	if on {
		word = "with the race detector; code runs 2 to 20 times slower"
	}
	h.Stream("stdout", "the session starts afresh "+word+": all names and values are gone\n")
	return nil
}

func (h host) Flags(ctx context.Context) (string, error) {
	if err := h.compiler(ctx); err != nil {
		return "", err
	}
	return h.c.tools.Flags.String(), nil
}

func (h host) SetFlags(ctx context.Context, words []string) error {
	if err := h.compiler(ctx); err != nil {
		return err
	}
	flags, err := native.ParseFlags(words)
	if err != nil { // the cell goes on, as what GoNB's notebooks ask for is seldom needed here
		h.Stream("stderr", "notice: "+err.Error()+"; nothing is changed\n")
		return nil
	}
	how := "with " + flags.String()
	if flags.String() == "" {
		how = "without flags"
	}
	if flags.String() == h.c.tools.Flags.String() {
		h.Stream("stdout", "cells are compiled "+how+" already\n")
		return nil
	}
	if err := h.c.rebuild(ctx, flags); err != nil {
		return err
	}
	h.Stream("stdout", "the session starts afresh "+how+": all names and values are gone\n")
	return nil
}

// rebuild starts the session afresh with a new toolchain. If that fails, it
// starts afresh with the old one.
func (c *run) rebuild(ctx context.Context, flags native.Flags) error {
	tools, scope, program := c.tools, c.scope, c.host
	var err error
	c.during(preparing, func() { err = c.assemble(ctx, flags) })
	if err != nil {
		return err
	}
	if err = c.afresh(); err != nil {
		c.use(tools, scope, program)
		err = fmt.Errorf("the executor can't be started so (%w); all names and values are gone", err)
		if again := c.afresh(); again != nil {
			return again
		}
	}
	c.addInterpreter()
	return err
}

// assemble builds the toolchain, the scope and the executor's program.
func (s *session) assemble(ctx context.Context, flags native.Flags) error {
	root, err := native.Root()
	if err != nil {
		return err
	}
	tools, err := native.Open(s.dir, root, flags, s.progress)
	if err != nil {
		return err
	}
	scope := source.NewScope(func(paths []string) error { return tools.Import(s.building(), paths...) }, tools.Export)
	scope.Folder = s.dir
	scope.SetC(func(c native.C, reserved func(string) string) (*native.CPackage, error) {
		return tools.CompileC(s.building(), c, reserved)
	})
	program, err := tools.Host(ctx)
	if err != nil {
		return err
	}
	if err := tools.Try(ctx); err != nil {
		return err
	}
	s.use(tools, scope, program)
	return nil
}

// use makes cells run with a toolchain and what belongs to it.
func (s *session) use(tools *native.Toolchain, scope *source.Scope, program string) {
	s.scopeMu.Lock()
	defer s.scopeMu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tools, s.scope, s.graph, s.host, s.interp = tools, scope, source.NewGraph(), program, ""
}

// renew is afresh, with the packages that the reader has edited meanwhile.
func (s *session) renew() error {
	if s.tools == nil || len(s.tools.Edited()) == 0 {
		return s.afresh()
	}
	if err := s.assemble(context.Background(), s.tools.Flags); err != nil {
		return err
	}
	defer s.addInterpreter()
	return s.afresh()
}
