package magic

import "context"

// foreignCommands are the others of gophernotes and GoNB.
var foreignCommands = []*Spec{
	{Name: "test", Args: "[flags]", After: true, Run: goTest,
		Help: "runs the tests, benchmarks and examples of the cell or, if it has none, the session's tests, as go test -v; flags are go test's: %test -bench . -run none"},
	{Name: "with_inputs", Help: "asks the reader for the standard input of the cell's next shell command", Run: withInputs(false)},
	{Name: "with_password", Help: "the same, with the answer hidden", Run: withInputs(true)},
	{Name: "autoget", Args: "[on|off]", Help: "fetches modules that cells import by itself (the newest), which is how a session starts; off leaves it to %get", Run: autoGet},
	{Name: "noautoget", Help: "the same as %autoget off", Run: func(_ context.Context, r *Runner, _ Command) error { r.SetAutoGet(false); return nil }},
	{Name: "goworkfix", Help: "takes the modules that a go.work in the session's module uses from their folders", Run: workFix},
	{Name: "list", Help: "the same as %ls", Run: who},
	{Name: "remove", Args: "names…", Help: "the same as %rm", Run: remove},
	{Name: "go111module", Args: "on|off", Help: "not needed: modules are always on", Run: say("modules are always on; %go111module is not needed")},
	{Name: "goflags", Args: "[flags]", Run: goflags,
		Help: `shows the flags that cells are compiled with, or starts the session afresh with others: go build's -race, -gcflags and -tags, "" for none`},
	{Name: "track", Args: "[path]", Help: "not needed: the notebook's own module is followed", Run: say("%track is not needed: the notebook's own module is seen as it is")},
	{Name: "untrack", Args: "path", Help: "not needed, see %track", Run: say("%untrack is not needed: nothing is tracked")},
	{Name: "widgets", Help: "not needed: GoNB's widgets are not here, display.Input asks the reader", Run: say(noWidgets)},
	{Name: "widgets_hb", Help: "not needed, see %widgets", Run: say(noWidgets)},
	{Name: "wasm", Takes: Rest, Help: "not supported: cells run in a process, not in the page", Run: noWasm},
}

const noWidgets = "notice: GoNB's widgets are not here, they need GoNB's own page; display.Input asks the reader, display.Update redraws"

func noWasm(context.Context, *Runner, Command) error {
	return &Error{Name: "not supported", Value: "%wasm runs a cell inside GoNB's own page; here cells run in a process: take the line out, and show results with package display"}
}

func autoGet(ctx context.Context, r *Runner, c Command) error {
	switch c.Args {
	case "", "on", "off":
		r.SetAutoGet(c.Args != "off")
		return nil
	}
	return usage(c)
}

func say(sentence string) func(context.Context, *Runner, Command) error {
	return func(_ context.Context, r *Runner, _ Command) error {
		r.Stream("stdout", sentence+"\n")
		return nil
	}
}

func goflags(ctx context.Context, r *Runner, c Command) error {
	if c.Args != "" {
		return r.SetFlags(ctx, split(c.Args, `"'`))
	}
	flags, err := r.Flags(ctx)
	if err != nil {
		return err
	}
	if flags == "" {
		flags = "cells are compiled without flags"
	}
	r.Stream("stdout", flags+"\n")
	return nil
}
