package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/limits"
	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/rt"
	"songsong/kernel/internal/source"
)

// commandState is what commands keep from one cell to the next. Only the running
// cell uses it.
type commandState struct {
	runner magic.Runner
	data   string // folder for values exchanged with Python
	lost   []*source.Var
	killer string          // text of the cell whose run lost them
	stale  map[string]bool // ids of the cells that the reader knows to be stale
	again  bool            // %run stale is at work
	tier   string          // that ran the last cell of Go
	why    string          // it was compiled
}

// runCell runs a cell: its commands, then its Go.
func (c *run) runCell(ctx context.Context, text string) *Error {
	cell := magic.Split(text)
	for _, command := range cell.Commands {
		if command.Spec == nil {
			return asError(c.commands.runner.Run(ctx, command)) // says so, before anything runs
		}
	}
	if cell.Misplaced != nil {
		return asError(magic.Misplaced(*cell.Misplaced))
	}
	runner := &c.commands.runner
	runner.In(host{c}).StartCell()
	c.mu.Lock()
	c.gonb = c.gonb || cell.FromGoNB()
	c.mu.Unlock()
	for _, command := range cell.Commands {
		if command.Spec.After {
			continue
		}
		if c.tier == "" {
			c.tier = "command"
		}
		if err := asError(runner.In(host{c}).Run(ctx, command)); err != nil {
			return err
		}
	}
	if code := c.withInits(cell); strings.TrimSpace(code) != "" {
		if err := c.await(ctx); err != nil {
			return err
		}
		if err := c.runGo(ctx, code); err != nil {
			return err
		}
	}
	for _, command := range cell.Commands {
		if command.Spec.After {
			command.Body = cell.Go
			if err := asError(runner.In(host{c}).Run(ctx, command)); err != nil {
				return err
			}
		}
	}
	return nil
}

// withInits is the cell's Go. In a notebook written for GoNB the functions named
// init_… that it declares are called, as GoNB does.
func (c *run) withInits(cell magic.Cell) string {
	code := cell.Code()
	if calls := magic.InitCalls(cell.Go); c.gonb && calls != "" && !strings.Contains(code, calls) {
		code += "\n" + calls
	}
	return code
}

// await waits until Go can run.
func (c *run) await(ctx context.Context) *Error {
	var err error
	c.during(preparing, func() { err = c.ready(ctx) })
	if err != nil {
		if ctx.Err() != nil {
			return interrupted(nil)
		}
		return problem("environment error", err.Error())
	}
	return nil
}

// asError makes an error of a command one of the cell.
func asError(err error) *Error {
	var own *Error
	var command *magic.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.Canceled):
		return interrupted(nil)
	case errors.As(err, &command):
		e := problem(command.Name, command.Value)
		if len(command.Traceback) > 0 {
			e.Traceback = command.Traceback
		}
		return e
	}
	return problem("command failed", err.Error())
}

// orNil keeps a nil *Error from becoming an error that is not nil.
func orNil(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// host is what commands see of the session while a cell runs.
type host struct{ c *run }

var _ magic.Host = host{}

// Page puts the documentation into the reply, where JupyterLab and the console
// look for it.
func (h host) Page(ctx context.Context, name string) bool {
	b, found := h.c.Inspect(ctx, name, len(name), 1)
	if !found {
		return false
	}
	h.c.payload = append(h.c.payload, map[string]any{"source": "page", "data": b.Data, "start": 0})
	return true
}

func (h host) Stream(name, text string) { h.c.out.Stream(name, text) }
func (h host) Dir() string              { return h.c.dir }
func (h host) DataDir() string          { return h.c.commands.data }
func (h host) Label() string            { return h.c.label() }

func (h host) Chdir(dir string) error {
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return fmt.Errorf("there is no folder %s", dir)
	}
	h.c.mu.Lock()
	h.c.dir = dir
	x := h.c.x
	h.c.mu.Unlock()
	if x != nil {
		x.Tell(frame.Command{Kind: frame.Chdir, Text: dir})
	}
	return nil
}

func (h host) Setenv(key, value string) {
	h.c.mu.Lock()
	h.c.env = slices.DeleteFunc(h.c.env, func(kv [2]string) bool { return kv[0] == key })
	h.c.env = append(h.c.env, [2]string{key, value})
	x := h.c.x
	h.c.mu.Unlock()
	if x != nil {
		x.Tell(frame.Command{Kind: frame.Setenv, Env: [][2]string{{key, value}}})
	}
}

func (h host) Env() (out []string) {
	h.c.mu.Lock()
	defer h.c.mu.Unlock()
	for _, kv := range h.c.env {
		out = append(out, kv[0]+"="+kv[1])
	}
	return out
}

func (h host) RunCell(ctx context.Context, text string) error {
	defer h.c.commands.runner.In(h)
	return orNil(h.c.runCell(ctx, text))
}

func (h host) RunGo(ctx context.Context, code string) (magic.Timing, error) {
	if err := h.c.await(ctx); err != nil {
		return magic.Timing{}, err
	}
	h.c.timing = magic.Timing{}
	err := h.c.runGo(ctx, code)
	return h.c.timing, orNil(err)
}

func (h host) Check(ctx context.Context, code string) error {
	if err := h.c.await(ctx); err != nil {
		return err
	}
	h.c.scopeMu.Lock()
	defer h.c.scopeMu.Unlock()
	cell, errs := h.c.scope.Parse(code, h.c.label())
	if len(errs) == 0 {
		_, errs = h.c.scope.Check(cell)
	}
	if len(errs) > 0 {
		return compileError(errs)
	}
	return nil
}

// Capture copies standard output to w until stop is called.
func (h host) Capture(w io.Writer) (stop func()) {
	c, out := h.c, h.c.out
	set := func(s Sink) {
		c.mu.Lock()
		c.out, c.sinks[c.id] = s, s
		c.mu.Unlock()
	}
	set(&tee{out, w})
	return func() { set(out) }
}

// A tee is a sink that also writes standard output to w.
type tee struct {
	Sink
	w io.Writer
}

// Display writes what is shown, as the text it was made of.
func (t *tee) Display(b Bundle) {
	for _, mime := range []string{"text/html", "text/markdown", "text/plain"} {
		if text, ok := b.Data[mime].(string); ok {
			io.WriteString(t.w, strings.TrimSuffix(text, "\n")+"\n")
			break
		}
	}
	t.Sink.Display(b)
}

func (t *tee) Stream(name, text string) {
	if name == "stdout" {
		io.WriteString(t.w, text)
	}
	t.Sink.Stream(name, text)
}

func (h host) Names(ctx context.Context) ([]magic.Name, error) {
	if err := h.c.await(ctx); err != nil {
		return nil, err
	}
	h.c.scopeMu.Lock()
	defer h.c.scopeMu.Unlock()
	slots := map[string]string{}
	var keys []string
	for _, v := range h.c.scope.Vars() {
		slots[v.Name] = v.Slot
		keys = append(keys, v.Slot)
	}
	values := h.values(keys)
	var out []magic.Name
	for _, o := range h.c.scope.Names() {
		if strings.HasPrefix(o.Name(), "ꞩ") {
			continue
		}
		n := magic.Name{Name: o.Name(), Kind: kind(o), Type: typeText(o), Value: values[slots[o.Name()]]}
		if k, ok := o.(*types.Const); ok {
			n.Value = k.Val().String()
		}
		out = append(out, n)
	}
	return out, nil
}

// values asks the executor for the values of slots.
func (h host) values(keys []string) map[string]string {
	out := map[string]string{}
	if len(keys) == 0 {
		return out
	}
	e, err := h.c.x.Ask(frame.Command{Kind: frame.Values, Keys: keys})
	if err != nil {
		return out
	}
	var texts []string
	json.Unmarshal([]byte(e.Value), &texts)
	for i, t := range texts {
		if i < len(keys) {
			out[keys[i]] = t
		}
	}
	return out
}

func kind(o types.Object) string {
	switch o.(type) {
	case *types.Func:
		return "func"
	case *types.TypeName:
		return "type"
	case *types.Const:
		return "const"
	}
	return "var"
}

// typeText writes an object's type as cells would: without the notebook's own name.
func typeText(o types.Object) string {
	t := o.Type()
	if _, ok := o.(*types.TypeName); ok {
		t = t.Underlying()
	}
	return clean(types.TypeString(t, inCells))
}

// inCells is how cells qualify a package's names.
func inCells(p *types.Package) string {
	if p.Path() == "main" {
		return ""
	}
	return p.Name()
}

func (h host) Forget(names []string) error {
	if err := h.c.await(context.Background()); err != nil {
		return err
	}
	h.c.scopeMu.Lock()
	defer h.c.scopeMu.Unlock()
	slots, err := h.c.scope.Forget(names)
	h.c.dropped = append(h.c.dropped, slots...)
	return err
}

func (h host) Reset(ctx context.Context) error {
	if err := h.c.await(ctx); err != nil {
		return err
	}
	return h.c.renew()
}

func (h host) Goroutines() ([]magic.Goroutine, error) {
	if err := h.c.await(context.Background()); err != nil {
		return nil, err
	}
	e, err := h.c.x.Ask(frame.Command{Kind: frame.Goroutines})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(e.Left, func(a, b rt.Left) int {
		return cmp.Or(number(h.c.place(a.Frame.File, 0))-number(h.c.place(b.Frame.File, 0)), a.Frame.Line-b.Frame.Line, cmp.Compare(a.ID, b.ID))
	})
	var out []magic.Goroutine
	for _, l := range e.Left {
		out = append(out, magic.Goroutine{Number: l.ID, Where: h.c.place(l.Frame.File, l.Frame.Line), State: l.State})
	}
	return out, nil
}

func (h host) Kill(number uint64) (string, error) {
	if err := h.c.await(context.Background()); err != nil {
		return "", err
	}
	e, err := h.c.x.Ask(frame.Command{Kind: frame.Kill, Goroutine: number})
	switch {
	case err != nil:
		return "", err
	case e.Value == "":
		return fmt.Sprintf("goroutine %d has ended", number), nil
	case e.Value == "gone":
		return fmt.Sprintf("no goroutine of a cell has the number %d; %%goroutines lists them", number), nil
	}
	return fmt.Sprintf("goroutine %d goes on (%s): it neither loops in a cell's code nor looks at display.Context()", number, e.Value), nil
}

func (h host) Tier() (tier, why string) { return h.c.commands.tier, h.c.commands.why }

// Native makes the cell run compiled.
func (h host) Native() { h.c.compiled, h.c.why = true, "a command asked for it" }

func (h host) Limits() limits.Limits { return h.c.limit.values() }

func (h host) SetLimit(name, value string) error {
	if err := h.c.limit.set(name, value); err != nil {
		return err
	}
	h.c.mu.Lock()
	x := h.c.x
	h.c.mu.Unlock()
	if x == nil {
		return nil // it will be started with them
	}
	return x.Limit(h.c.limit.values())
}

func (h host) SetArgs(args []string) { h.c.args = args }

func (h host) SetAutoGet(on bool) {
	h.c.mu.Lock()
	defer h.c.mu.Unlock()
	h.c.noGet = !on
}

func (h host) Source(name string) (text, path string, line int) {
	h.c.scopeMu.Lock()
	defer h.c.scopeMu.Unlock()
	return h.c.scope.Source(name)
}

func (h host) Input(ctx context.Context, prompt string, hidden bool) (string, error) {
	return h.c.out.Input(ctx, prompt, hidden)
}

func (h host) Version() string {
	i := h.c.Info()
	return fmt.Sprintf("songsong, Go %s, %s/%s, cells run %s", i.GoVersion, runtime.GOOS, runtime.GOARCH, i.Tiers)
}

// compiler waits until cells can be compiled, or says why they can't.
func (h host) compiler(ctx context.Context) error {
	if err := h.c.await(ctx); err != nil {
		return err
	}
	if h.c.tools == nil {
		return &magic.Error{Name: "command failed", Value: "this needs the Go toolchain: " + h.c.aloneWhy}
	}
	return nil
}

func (h host) Module(ctx context.Context) (string, error) {
	if err := h.compiler(ctx); err != nil {
		return "", err
	}
	return h.c.tools.Module.Dir, nil
}

func (h host) Reload(ctx context.Context) error {
	changed, err := h.c.tools.Changed(ctx)
	if err != nil || len(changed) == 0 {
		return err
	}
	if err := h.c.rebuild(ctx, h.c.tools.Flags); err != nil {
		return err
	}
	h.Stream("stdout", "the session starts afresh, all names and values are gone, since modules in use changed:\n    "+strings.Join(changed, "\n    ")+"\n")
	return nil
}

// clock measures what a run takes until stop is called.
func (c *run) clock(pid int) (stop func()) {
	start, cpu := time.Now(), cpuTime(pid)
	return func() {
		c.timing.Wall, c.timing.CPU = time.Since(start), -1
		if now := cpuTime(pid); cpu >= 0 && now >= 0 {
			c.timing.CPU = now - cpu
		}
	}
}

// sayEdited tells the reader once of packages that were edited and go on as they were.
func (c *run) sayEdited() {
	edited := strings.Join(c.tools.Edited(), ", ")
	if edited != c.edited && edited != "" {
		c.out.Stream("stderr", "notice: changed on disk since the session loaded it: "+edited+"; a restart of the kernel, or %reset, takes the change up\n")
	}
	c.edited = edited
}

// afresh drops every name and value and starts a new executor.
func (s *session) afresh() error {
	s.x.Kill()
	s.scopeMu.Lock()
	s.scope.Reset()
	s.graph = source.NewGraph()
	clear(s.runs)
	clear(s.loaded)
	s.scopeMu.Unlock()
	x, err := s.start()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.x, s.moved, s.dropped, s.commands.lost, s.plain = x, nil, nil, nil, false
	s.mu.Unlock()
	s.loadInterpreter(x)
	return nil
}
