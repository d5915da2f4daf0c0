package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"songsong/kernel/internal/executor"
	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/source"
)

// Execute runs one cell.
func (s *session) Execute(ctx context.Context, req Request, out Sink) Reply {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if req.StoreHistory && !req.Silent {
		s.count++
	}
	s.lastID++
	wait := &waitSink{Sink: s.cut(out, s.count)}
	out = wait
	c := &run{session: s, req: req, out: out, wait: wait, count: s.count, id: s.lastID}
	s.sinks[c.id], s.front, s.cancel, s.stuck = out, c.id, cancel, false
	s.mu.Unlock()
	out.Started(c.count)
	c.forgetDeleted()
	over := c.guard(ctx)
	err := over(c.execute(ctx))
	c.noticeStale()
	s.mu.Lock()
	s.cancel = nil
	s.mu.Unlock()
	r := Reply{Status: "ok", Count: c.count, Err: err, Tier: c.tier}
	if err != nil {
		r.Status = "error"
	} else if len(req.UserExprs) > 0 {
		r.UserExprs = c.userExprs(ctx)
	}
	r.Payload = c.payload
	return r
}

// run is one execution of a cell.
type run struct {
	*session
	req       Request
	out       Sink
	wait      *waitSink // nil while the cell waits
	count, id int
	tier      string
	code      string   // Go code that runs
	why       string   // the cell was compiled
	compiled  bool     // the cell must be compiled
	args      []string // os.Args of the cell, nil to leave them
	payload   []map[string]any
	name      string       // "" or what errors call the cell
	timing    magic.Timing // of the Go that ran last
}

func (c *run) execute(ctx context.Context) *Error {
	if strings.TrimSpace(c.req.Code) == "" {
		return nil
	}
	if slices.Contains(c.req.Tags, "skip-execution") {
		return nil
	}
	return c.runCell(ctx, c.req.Code)
}

// label is what errors call the cell.
func (c *run) label() string {
	if c.name != "" {
		return c.name
	}
	if c.count == 0 || c.req.Silent || !c.req.StoreHistory {
		return "cell"
	}
	return fmt.Sprintf("cell [%d]", c.count)
}

// runGo checks, builds and runs Go code.
func (c *run) runGo(ctx context.Context, code string) *Error {
	c.code = code
	if c.aloneWhy != "" {
		c.tier = "interp"
		return c.runBody(ctx, frame.Command{Cell: c.id, Text: code})
	}
	start := time.Now()
	c.sayEdited()
	var ch *source.Checked
	var command *frame.Command
	var err *Error
	c.during(building, func() {
		if err = c.fetch(ctx, code); err == nil {
			ch, command, err = c.build(ctx, code)
		}
	})
	c.timing.Build = time.Since(start)
	if err != nil {
		if ctx.Err() != nil {
			return interrupted(nil)
		}
		return err
	}
	if !c.req.Silent {
		for _, n := range ch.Notices {
			c.out.Stream("stderr", notice(n))
		}
	}
	if command == nil { // declarations only
		return nil
	}
	c.tier = "native"
	if command.Plain != nil {
		c.tier = "interp"
	}
	c.commands.tier, c.commands.why = c.tier, c.why
	c.startAhead()
	return c.runBody(ctx, *command)
}

// plainCommand returns the cell for the interpreter, or why it must be compiled.
func (c *run) plainCommand(ch *source.Checked) (command *frame.Command, why string) {
	c.mu.Lock()
	ready := c.session.plain
	c.mu.Unlock()
	if !ready {
		return nil, "the interpreter is not loaded"
	}
	p, why := ch.LowerPlain(func(d *source.Decl) bool { return c.loaded[d.Unit.Path] })
	if why != "" {
		return nil, why
	}
	return &frame.Command{Cell: c.id, Plain: &p}, ""
}

// build turns code into something the executor can run; nil if there is nothing to run.
func (c *run) build(ctx context.Context, code string) (_ *source.Checked, _ *frame.Command, failed *Error) {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	c.setBuilding(ctx)
	defer c.setBuilding(nil)
	defer func() { // the kernel lives, whatever the type checker or the lowering make of the cell
		if v := recover(); v != nil {
			failed = problem("internal error", fmt.Sprintf("songsong could not read this cell (%v); please report it with the cell's text", v))
			if c.opts.Log != nil {
				c.opts.Log("panic while building a cell: %v\n%s", v, debug.Stack())
			}
		}
	}()
	c.mu.Lock()
	c.doing = "compiling the cell"
	c.mu.Unlock()
	cell, errs := c.scope.Parse(code, c.label())
	if len(errs) > 0 {
		return nil, nil, compileError(errs)
	}
	cell.ID = c.req.CellID
	c.mu.Lock()
	c.labels[cell.Path()] = label{cell.Label, cell.Shift()}
	c.mu.Unlock()
	ch, errs := c.scope.Check(cell)
	if len(errs) > 0 {
		return nil, nil, compileError(errs)
	}
	before := c.scope.Snapshot()
	ch.Commit()
	command, err := c.link(ctx, ch)
	if err != nil {
		c.scope.Restore(before)
		return nil, nil, c.buildError(cell, err)
	}
	c.graph.Ran(ch, c.req.Code)
	c.moved = append(c.moved, ch.Moved...)
	for _, v := range ch.Dropped {
		c.dropped = append(c.dropped, v.Slot)
	}
	if command != nil {
		command.Args, command.Flags = c.args, ch.Flags()
		command.Alias, command.Drop = c.moved, c.dropped
		c.moved, c.dropped = nil, nil
	}
	return ch, command, nil
}

// setBuilding says which cell packages are built for, nil for none: an interrupt
// ends that too.
func (s *session) setBuilding(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buildCtx = ctx
}

func (s *session) building() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buildCtx != nil {
		return s.buildCtx
	}
	return context.Background()
}

// link compiles what the cell needs and links it to a plugin.
func (c *run) link(ctx context.Context, ch *source.Checked) (*frame.Command, error) {
	roots := ch.Roots()
	if !ch.HasBody() {
		for _, d := range ch.Decls {
			roots = append(roots, d.Name)
		}
	}
	var pending []*source.Decl
	for _, d := range c.scope.Pending(roots) {
		if !ch.Own(d) {
			pending = append(pending, d)
		}
	}
	var unit *native.Unit
	if len(pending) > 0 {
		src := c.scope.LowerDecls(pending)
		if err := c.tools.Import(ctx, src.Imports...); err != nil {
			return nil, err
		}
		unit = c.tools.Plan(src)
		for _, d := range pending {
			d.Unit = unit
		}
	}
	if !ch.HasBody() {
		if unit != nil && len(c.tools.Flags.Compiler) > 0 { // it may say something
			return nil, c.compile(ctx, unit)
		}
		if unit != nil {
			go c.tools.Compile(context.Background(), unit) // what goes wrong is said when a cell needs it
		}
		return nil, nil
	}
	if len(c.tools.Flags.Compiler) > 0 && !c.compiled {
		c.compiled, c.why = true, "the compiler has flags, see %goflags"
	}
	if !c.compiled && len(pending) == 0 {
		command, why := c.plainCommand(ch)
		if c.why = why; command != nil {
			return command, nil
		}
	}
	if c.opts.Tier == TierPlain && !c.compiled {
		return nil, errors.New("not plain: " + c.why)
	}
	c.runs[ch.Cell.Key]++
	src, lowerErr := ch.LowerBody(c.runs[ch.Cell.Key])
	if lowerErr != nil {
		return nil, lowerErr
	}
	if err := c.tools.Import(ctx, src.Imports...); err != nil {
		return nil, err
	}
	body := c.tools.Plan(src)
	for _, d := range ch.Decls {
		if ch.Own(d) {
			d.Unit = body
		}
	}
	if err := c.compile(ctx, body); err != nil {
		return nil, err
	}
	so, err := c.tools.Link(ctx, body)
	if err != nil {
		return nil, err
	}
	for _, u := range body.All() {
		c.loaded[u.Path] = true
	}
	return &frame.Command{Cell: c.id, Plugins: []string{so}, Body: body.Path}, nil
}

// compile compiles the unit and shows what the compiler prints, which it does for
// flags such as -m.
func (c *run) compile(ctx context.Context, u *native.Unit) error {
	if err := c.tools.Compile(ctx, u); err != nil || c.req.Silent {
		return err
	}
	for _, of := range u.All() {
		if said := c.said(of.Said()); said != "" {
			c.out.Stream("stderr", said)
		}
	}
	return nil
}

// buildError says what the compiler or linker refused though the checker did not.
func (c *run) buildError(cell *source.Cell, err error) *Error {
	var located *source.Error
	if errors.As(err, &located) {
		return compileError([]*source.Error{located})
	}
	var tool *native.ToolError
	if errors.As(err, &tool) {
		return c.toolError(cell, tool)
	}
	return problem("build error", err.Error())
}

// runBody runs a built cell and says how it ended.
func (c *run) runBody(ctx context.Context, command frame.Command) *Error {
	c.mu.Lock()
	x := c.x
	c.mu.Unlock()
	stop := c.clock(x.Pid())
	c.setRunning(c.id)
	over := context.AfterFunc(ctx, func() { c.interruptAgain(x) })
	e, err := x.Run(command)
	over()
	c.setRunning(0)
	stop()
	if errors.Is(err, executor.ErrDied) {
		return c.revive(x)
	}
	c.releaseFatal()
	if e.Failure != nil && e.Failure.Kind == "not plain" { // nothing of it has run
		c.compiled = true
		return c.runGo(ctx, c.code)
	}
	if e.Failure != nil {
		f := c.failure(e.Failure)
		if e.Failure.Kind == "interrupted" {
			f = interrupted(f.Traceback)
		}
		if e.Failure.Kind != "deadlock" && e.Failure.Kind != "exit" {
			c.nameLeft(e.Left)
		}
		return f
	}
	return nil
}

// interruptAgain tells the executor of an interrupt that may have come there before
// the cell did, when there was nothing to stop.
func (c *run) interruptAgain(x *executor.Executor) {
	for wait := 20 * time.Millisecond; wait < deafAfter; wait *= 2 {
		time.Sleep(wait)
		c.mu.Lock()
		runs := c.running == c.id
		c.mu.Unlock()
		if !runs {
			return
		}
		x.Tell(frame.Command{Kind: frame.Interrupt, Cell: c.id})
	}
}

// releaseFatal shows text that looked like the end of the process and was not.
func (s *session) releaseFatal() {
	s.mu.Lock()
	text, out := s.fatal, s.sinks[s.front]
	s.fatal = nil
	s.mu.Unlock()
	if len(text) > 0 && out != nil {
		out.Stream("stderr", string(text))
	}
}

// revive replaces an executor that ended while the cell ran.
func (c *run) revive(dead *executor.Executor) *Error {
	<-dead.Gone()
	c.mu.Lock()
	text, stuck := string(c.fatal), c.stuck
	c.fatal = nil
	c.mu.Unlock()
	c.scopeMu.Lock()
	c.noteLost()
	lost := c.scope.DropVars()
	clear(c.runs)
	clear(c.loaded)
	c.moved, c.dropped = nil, nil
	c.scopeMu.Unlock()
	x, err := c.start()
	if err != nil {
		return problem("executor error", "the executor ended and can't be started again: "+err.Error())
	}
	c.mu.Lock()
	c.x, c.session.plain = x, false
	c.mu.Unlock()
	go c.loadInterpreter(x)
	if stuck {
		e := interrupted(nil)
		e.Traceback = append(e.Traceback, "The code did not stop within 2 s, so its process was ended.")
		e.Traceback = append(e.Traceback, lostLines(lost)...)
		return e
	}
	if text == "" && dead.Exited() {
		c.out.Stream("stderr", "notice: the cell ended its process (exit status 0).\n"+strings.Join(lostLines(lost), "\n")+"\n")
		return nil
	}
	return c.deathError(text, dead.Death(), lost)
}

// userExprs evaluates the request's user expressions.
func (c *run) userExprs(ctx context.Context) map[string]UserExpr {
	out := map[string]UserExpr{}
	for name, code := range c.req.UserExprs {
		catch := &catcher{Sink: c.out}
		c.mu.Lock()
		c.lastID++
		sub := &run{session: c.session, req: Request{Code: code, Silent: true}, out: catch, id: c.lastID}
		c.sinks[sub.id] = catch
		c.mu.Unlock()
		err := sub.runGo(ctx, code)
		out[name] = UserExpr{Bundle: catch.result, Err: err}
	}
	return out
}

// A catcher keeps the result of an expression instead of showing it.
type catcher struct {
	Sink
	result Bundle
}

func (c *catcher) Started(int)     {}
func (c *catcher) Result(b Bundle) { c.result = b }

func rawJSON(b []byte) any { return json.RawMessage(b) }

func jsonMap(b []byte) map[string]any {
	m := map[string]any{}
	json.Unmarshal(b, &m)
	return m
}
