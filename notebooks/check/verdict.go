package check

import (
	"fmt"
	"sync/atomic"
)

// A State says how far an exercise is.
type State int

// The states of an exercise.
const (
	Missing State = iota // the blank is empty
	NotYet               // something is there, but not what was asked
	Right
)

// A Verdict is the answer to an exercise. As a cell's last expression it is one
// line of text.
type Verdict struct {
	State State
	Why   string // what is missing or wrong, or what the right answer shows
}

// String is the verdict in the language set by [Use].
func (v Verdict) String() string {
	switch v.State {
	case Missing:
		return say("◻ still missing: ", "◻ còn thiếu: ") + v.Why
	case NotYet:
		return say("✗ not yet, because ", "✗ chưa đúng, vì ") + v.Why
	}
	return say("✓ right: ", "✓ đúng: ") + v.Why
}

// A Language is what verdicts are written in.
type Language int

// The languages of the notebooks.
const (
	English Language = iota
	Vietnamese
)

var language atomic.Int32

// Use sets the language of all verdicts. Without it they are in English.
func Use(l Language) { language.Store(int32(l)) }

func say(en, vi string) string {
	if Language(language.Load()) == Vietnamese {
		return vi
	}
	return en
}

func missing(name string) Verdict {
	return Verdict{Missing, fmt.Sprintf(say("give %s a function, then run both cells again", "hãy gán một hàm cho %s rồi chạy lại hai ô"), name)}
}

func notYet(en, vi string, args ...any) Verdict {
	return Verdict{NotYet, fmt.Sprintf(say(en, vi), args...)}
}

func right(en, vi string) Verdict { return Verdict{Right, say(en, vi)} }

// Double checks the exercise of notebook 0-0: double must return twice its
// argument.
func Double(double func(n int) int) Verdict {
	if double == nil {
		return missing("double")
	}
	for _, n := range []int{0, 3, -4} {
		var got int
		if v := try(func() { got = double(n) }); v != nil {
			return *v
		}
		if got != 2*n {
			return notYet("double(%d) is %d here, and should be %d", "double(%d) ở đây là %d, lẽ ra là %d", n, got, 2*n)
		}
	}
	return right("now you know how exercises work", "giờ bạn đã biết bài tập hoạt động ra sao")
}
