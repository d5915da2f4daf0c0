package magic

import (
	"context"
	"go/parser"
	"strings"
)

// timeMany measures an expression or statements natively: they become the body
// of a loop that package timeit calls.
func timeMany(ctx context.Context, r *Runner, c Command) error {
	code := c.code()
	if strings.TrimSpace(code) == "" {
		return usage(c)
	}
	if err := r.Check(ctx, code); err != nil { // so that errors have their places
		return err
	}
	const head = `import ꞩtimeit "songsong/kernel/internal/timeit"; ꞩtimeit.Run(func(ꞩn int) { for range ꞩn { `
	lead := strings.LastIndexByte(code[:len(code)-len(strings.TrimLeft(code, " \n"))], '\n') + 1
	before, what := code[:lead], code[lead:]
	body := what + "\n"
	if x, err := parser.ParseExpr(what); err == nil {
		value := what[x.Pos()-1 : x.End()-1] // no comment behind it
		if r.Check(ctx, before+"_ = "+value) == nil {
			body = "ꞩtimeit.Keep(" + value + ")"
		}
	}
	r.Native()
	_, err := r.RunGo(ctx, before+head+body+"} })")
	return err
}
