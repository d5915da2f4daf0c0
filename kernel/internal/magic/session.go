package magic

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"songsong/kernel/internal/limits"
)

var sessionCommands = []*Spec{
	{Name: "help", Help: "lists the commands", Run: help},
	{Name: "doc", Args: "name", Help: "shows a name's documentation, in the pager if there is one; name? does the same", Run: doc},
	{Name: "who", Help: "lists the session's names", Run: who},
	{Name: "whos", Help: "lists the session's names with their types and values", Run: whos},
	{Name: "ls", Help: "lists the session's names, as GoNB calls it", Run: who},
	{Name: "rm", Args: "names…", Help: "forgets names", Run: remove},
	{Name: "reset", Help: "forgets everything: the executor is started afresh", Run: reset},
	{Name: "restore", Help: "re-runs the cells that defined the variables lost when the executor ended", Run: restore},
	{Name: "stale", Help: "lists the cells whose output can't come from the cells as they are, and why", Run: stale},
	{Name: "run", Args: "stale", Help: "runs the stale cells again, in the order in which they were run", Run: runStale},
	{Name: "goroutines", Help: "lists the goroutines that cells left running, by number, and where they are", Run: goroutines},
	{Name: "kill", Args: "numbers…|all", Help: "ends goroutines that %goroutines lists: those that loop in a cell's code, or look at display.Context()", Run: kill},
	{Name: "limit", Args: "[name value]", Help: "shows what cells may use (memory, processes, file size, output, time), or changes it: %limit memory 4G, %limit time off", Run: limit},
	{Name: "race", Args: "on|off", Help: "starts the session afresh with the race detector, or without", Run: race},
	{Name: "tier", Help: "says which engine ran the last cell, and why", Run: tier},
	{Name: "version", Help: "says the versions of songsong and Go", Run: version},
	{Name: "get", Args: "path[@version]", Help: "adds a module to the session", Run: get},
}

func help(ctx context.Context, r *Runner, c Command) error {
	var b strings.Builder
	b.WriteString("Commands stand on lines of their own above a cell's Go:\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range table {
		fmt.Fprintf(w, "%s\t%s\n", s.written(), s.Help)
	}
	w.Flush()
	b.WriteString("\nAll else is Go: declarations, statements, expressions; the last value is shown.\n")
	r.Stream("stdout", b.String())
	return nil
}

func doc(ctx context.Context, r *Runner, c Command) error {
	name := strings.TrimSpace(c.Args)
	if name == "" {
		return &Error{Name: "wrong call", Value: "%doc needs a name, such as %doc strings.Split"}
	}
	if !r.Page(ctx, name) {
		return &Error{Name: "not found", Value: "nothing is known of " + name}
	}
	return nil
}

func who(ctx context.Context, r *Runner, c Command) error {
	names, err := r.Names(ctx)
	if err != nil {
		return err
	}
	var words []string
	for _, n := range names {
		words = append(words, n.Name)
	}
	if len(words) == 0 {
		words = []string{"the session has no names yet"}
	}
	r.Stream("stdout", strings.Join(words, "  ")+"\n")
	return nil
}

func whos(ctx context.Context, r *Runner, c Command) error {
	names, err := r.Names(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		r.Stream("stdout", "the session has no names yet\n")
		return nil
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tkind\ttype\tvalue")
	for _, n := range names {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", n.Name, n.Kind, oneLine(n.Type, 60), oneLine(n.Value, 60))
	}
	w.Flush()
	for _, line := range strings.SplitAfter(b.String(), "\n") {
		if line != "" {
			r.Stream("stdout", strings.TrimRight(line, " \n")+"\n")
		}
	}
	return nil
}

// oneLine cuts s at n letters and makes a line of it.
func oneLine(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n-1]) + "…"
	}
	return s
}

func remove(ctx context.Context, r *Runner, c Command) error {
	names := strings.FieldsFunc(c.Args, func(c rune) bool { return c == ' ' || c == ',' || c == '\t' })
	if len(names) == 0 {
		return usage(c)
	}
	for _, name := range names {
		if err := r.Forget([]string{name}); err != nil {
			r.Stream("stderr", "notice: "+err.Error()+"\n")
		}
	}
	return nil
}

func reset(ctx context.Context, r *Runner, c Command) error {
	r.endPython()
	return r.Reset(ctx)
}

func restore(ctx context.Context, r *Runner, c Command) error { return r.Restore(ctx) }

func stale(ctx context.Context, r *Runner, c Command) error {
	lines, err := r.Stale(ctx)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		lines = []string{"no cell is stale"}
	}
	r.Stream("stdout", strings.Join(lines, "\n")+"\n")
	return nil
}

func runStale(ctx context.Context, r *Runner, c Command) error {
	if c.Args != "stale" {
		return usage(c)
	}
	ran, err := r.RunStale(ctx)
	switch {
	case err != nil:
		return err
	case ran == 0:
		r.Stream("stdout", "no cell is stale\n")
	default:
		r.Stream("stdout", "What stands under the cells themselves is as before: run them there to renew it.\n")
	}
	return nil
}

func goroutines(ctx context.Context, r *Runner, c Command) error {
	left, err := r.Goroutines()
	if err != nil {
		return err
	}
	if len(left) == 0 {
		r.Stream("stdout", "no goroutine of a cell is running\n")
	}
	for _, g := range left {
		r.Stream("stdout", fmt.Sprintf("%d  %s (%s)\n", g.Number, g.Where, g.State))
	}
	return nil
}

// kill ends goroutines one after the other and says what became of each.
func kill(ctx context.Context, r *Runner, c Command) error {
	left, err := r.Goroutines()
	if err != nil {
		return err
	}
	var numbers []uint64
	for _, word := range strings.Fields(c.Args) {
		n, err := strconv.ParseUint(word, 10, 64)
		switch {
		case word == "all":
			for _, g := range left {
				numbers = append(numbers, g.Number)
			}
		case err != nil:
			return usage(c)
		default:
			numbers = append(numbers, n)
		}
	}
	if c.Args == "" {
		return usage(c)
	}
	for _, n := range numbers {
		said, err := r.Kill(n)
		if err != nil {
			return err
		}
		r.Stream("stdout", said+"\n")
	}
	return nil
}

func limit(ctx context.Context, r *Runner, c Command) error {
	args := strings.Fields(strings.ReplaceAll(c.Args, "=", " "))
	switch len(args) {
	case 0:
	case 2:
		if err := r.SetLimit(args[0], args[1]); err != nil {
			return &Error{Name: "wrong limit", Value: err.Error()}
		}
	default:
		return usage(c)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range limits.Table {
		if len(args) == 0 || t.Name == args[0] {
			fmt.Fprintf(w, "%s\t%s\t%s\n", t.Name, t.Value(r.Limits()), t.Help)
		}
	}
	w.Flush()
	r.Stream("stdout", b.String())
	return nil
}

func race(ctx context.Context, r *Runner, c Command) error {
	on, err := r.Race(ctx)
	if err != nil {
		return err
	}
	switch c.Args {
	case "":
		r.Stream("stdout", fmt.Sprintf("the race detector is %s\n", onOff(on)))
		return nil
	case "on", "off":
		if want := c.Args == "on"; want != on {
			return r.SetRace(ctx, want)
		}
		r.Stream("stdout", fmt.Sprintf("the race detector is %s already\n", onOff(on)))
		return nil
	}
	return usage(c)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func tier(ctx context.Context, r *Runner, c Command) error {
	text := "no cell has run yet"
	switch tier, why := r.Tier(); {
	case tier == "native" && why != "":
		text = "native: the last cell was compiled: " + why
	case tier == "native":
		text = "native: the last cell was compiled"
	case tier == "interp":
		text = "interp: the last cell needed no compiling, the interpreter ran it"
	}
	r.Stream("stdout", text+"\n")
	return nil
}

func version(ctx context.Context, r *Runner, c Command) error {
	r.Stream("stdout", r.Version()+"\n")
	return nil
}

func get(ctx context.Context, r *Runner, c Command) error {
	if c.Args == "" {
		return usage(c)
	}
	dir, err := r.Module(ctx)
	if err != nil {
		return err
	}
	said := &goWords{Host: r.Host}
	r.Host = said
	err = r.child(ctx, "go get", dir, moduleEnv, "", "go", append([]string{"get", "--"}, strings.Fields(c.Args)...)...)
	r.Host = said.Host
	if err != nil && ctx.Err() == nil {
		return &Error{Name: "command failed", Value: said.why(c.Args)}
	}
	if err != nil {
		return err
	}
	return r.Reload(ctx)
}

// goWords keeps what go get says, and hands on what is progress.
type goWords struct {
	Host
	last string
	all  strings.Builder
}

func (g *goWords) Stream(name, text string) {
	g.all.WriteString(text)
	for line := range strings.Lines(text) {
		if words := strings.TrimPrefix(line, "go: "); strings.HasPrefix(words, "downloading ") || strings.HasPrefix(words, "added ") ||
			strings.HasPrefix(words, "upgraded ") || strings.HasPrefix(words, "downgraded ") || strings.HasPrefix(words, "removed ") {
			g.Host.Stream(name, line)
		} else if strings.TrimSpace(line) != "" {
			g.last = strings.TrimSpace(words)
		}
	}
}

// goReasons are what go get says, and what that means for the reader.
var goReasons = []struct{ says, means string }{
	{"unknown revision", "there is no such version; %%get %[2]s@latest takes the newest"},
	{"no matching versions", "there is no such version; %%get %[2]s@latest takes the newest"},
	{".info: no such file", "there is no such version; %%get %[2]s@latest takes the newest"},
	{"/list: no such file", "no module of that name is known; is the path right?"},
	{"does not contain package", "the module is there, but that version of it has no such package"},
	{"malformed module path", "that is no path of a module"},
	{"disabled by GOPROXY=off", "it is not on this machine, and GOPROXY=off lets nothing be fetched"},
	{"no such host", "the module proxy can't be reached; is this machine offline?"},
	{"connection refused", "the module proxy can't be reached; is this machine offline?"},
	{"i/o timeout", "the module proxy can't be reached; is this machine offline?"},
	{"network is unreachable", "the module proxy can't be reached; is this machine offline?"},
	{"404 Not Found", "no module of that name is known; is the path right?"},
	{"not found", "no module of that name is known; is the path right?"},
	{"410 Gone", "no module of that name is known; is the path right?"},
}

// why says in one sentence why the modules could not be had.
func (g *goWords) why(args string) string {
	path, _, _ := strings.Cut(args, "@")
	for _, r := range goReasons {
		if strings.Contains(g.all.String(), r.says) {
			return fmt.Sprintf("%[1]s can't be had: "+r.means, args, path)
		}
	}
	return args + " can't be had: " + g.last
}
