package enginetest

import "testing"

// TestTags loads files of the notebook's module by their build tags.
func TestTags(t *testing.T) {
	s, _ := openIn(t, `
-- go.mod --
module example.com/tagged

go 1.24
-- size/size.go --
//go:build !large

package size

const Name = "small"
-- size/large.go --
//go:build large

package size

const Name = "large"
`, "notebooks")
	const cell = "import \"example.com/tagged/size\"\nsize.Name"
	runSteps(t, s, []step{
		{cell, "=> small\n"},
		{"%goflags -tags=large,other", "the session starts afresh with -tags=large,other: all names and values are gone\n"},
		{cell, "=> large\n"},
		{"%reset\n%goflags", "-tags=large,other\n"},
		{"%goflags \"\"", "the session starts afresh without flags: .*\n"},
		{cell, "=> small\n"},
	})
}
