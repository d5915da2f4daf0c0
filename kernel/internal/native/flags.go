package native

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Flags change how cells are compiled, as go build's flags do. The zero value is
// go build without flags.
type Flags struct {
	Race     bool     // -race
	Compiler []string // -gcflags: for the reader's cells, not for what they import
	Tags     []string // -tags
}

// A FlagError says why a flag is not taken.
type FlagError struct{ Flag, Why string }

func (e *FlagError) Error() string {
	return fmt.Sprintf("%s is not taken, since %s; -race, -gcflags and -tags are", e.Flag, e.Why)
}

// refused says of go build's other flags why a session can't have them.
var refused = map[string]string{
	"ldflags":   "cells are linked as plugins, which needs the linker flags they have",
	"buildmode": "cells are linked as plugins",
	"o":         "a cell makes no file",
	"mod":       "the session has a module of its own, which %get changes",
	"modfile":   "the session has a module of its own, which %get changes",
	"overlay":   "cells have no files",
	"cover":     "cells have no files that could be marked",
	"asan":      "a plugin can't be built with it",
	"msan":      "a plugin can't be built with it",
}

const unknownFlag = "it does not change how a cell is compiled"

// ourCompiler are the compiler's flags that a session sets itself.
var ourCompiler = []string{"o", "p", "pack", "importcfg", "lang", "complete", "installsuffix", "goversion", "dynlink", "shared", "nolocalimports", "trimpath", "race", "asan", "msan", "std", "linkobj", "symabis", "embedcfg", "V"}

var tagName = regexp.MustCompile(`^[\pL\pN_.]+$`)

// ParseFlags reads the flags on go build's command line; no words mean no flags.
// What follows -gcflags and is none of go build's goes to the compiler too, so
// that -gcflags=-N -l needs no quotes. It fails with a [FlagError].
func ParseFlags(words []string) (f Flags, err error) {
	compiler := false
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		if word == "" {
			continue
		}
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-"), "=")
		if takes := name == "gcflags" || name == "tags"; takes && !given && len(words) > 0 {
			value, words = words[0], words[1:]
		}
		switch why, known := refused[name]; {
		case !strings.HasPrefix(word, "-"):
			return Flags{}, &FlagError{word, "it is no flag"}
		case name == "race" && (!given || value == "true" || value == "false"):
			f.Race = value != "false"
		case name == "gcflags":
			compiler = true
			f.Compiler = strings.Fields(value)
		case name == "tags":
			f.Tags = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		case known:
			return Flags{}, &FlagError{"-" + name, why}
		case !compiler:
			return Flags{}, &FlagError{word, unknownFlag}
		default:
			f.Compiler = append(f.Compiler, word)
		}
	}
	return f, f.check()
}

func (f Flags) check() error {
	for _, c := range f.Compiler {
		name, _, _ := strings.Cut(strings.TrimLeft(c, "-"), "=")
		switch {
		case !strings.HasPrefix(c, "-"):
			return &FlagError{"-gcflags=" + c, "the compiler's flags begin with -, and go to the cells alone, not to other packages"}
		case slices.Contains(ourCompiler, name):
			return &FlagError{"-gcflags=-" + name, "the session sets it by itself"}
		}
	}
	for _, t := range f.Tags {
		if !tagName.MatchString(t) {
			return &FlagError{"-tags=" + t, "that is no name of a tag"}
		}
	}
	return nil
}

// String writes the flags as go build has them, "" for none.
func (f Flags) String() string {
	var all []string
	if f.Race {
		all = append(all, "-race")
	}
	if len(f.Compiler) > 0 {
		all = append(all, fmt.Sprintf("-gcflags=%q", strings.Join(f.Compiler, " ")))
	}
	if len(f.Tags) > 0 {
		all = append(all, "-tags="+strings.Join(f.Tags, ","))
	}
	return strings.Join(all, " ")
}

// build is what go list and go build need for packages that fit the session's.
func (f Flags) build() []string {
	args := []string{"-tags=" + strings.Join(append([]string{"songsong"}, f.Tags...), ",")}
	if f.Race {
		args = append(args, "-race")
	}
	return args
}
