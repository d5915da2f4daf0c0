package python_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"songsong/kernel/python"
)

// In a notebook the kernel sets SONGSONG_DATA, and a %%python cell has written
// the file by songsong.put("seconds", [0.25, 0.5]).
func ExampleFromPython() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	os.Setenv("SONGSONG_DATA", dir)
	os.WriteFile(filepath.Join(dir, "seconds.json"), []byte("[0.25, 0.5]"), 0o600)

	seconds, err := python.FromPython[[]float64]("seconds")
	fmt.Println(seconds, err)
	// Output: [0.25 0.5] <nil>
}

func ExampleToPython() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	os.Setenv("SONGSONG_DATA", dir)

	fmt.Println(python.ToPython("sizes", map[string]int{"small": 10}))
	text, _ := os.ReadFile(filepath.Join(dir, "sizes.json"))
	fmt.Println(string(text))
	// Output:
	// <nil>
	// {"small":10}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Setenv("SONGSONG_DATA", t.TempDir())
	if _, err := python.FromPython[int]("missing"); err == nil || !strings.Contains(err.Error(), `songsong.put("missing", value)`) {
		t.Errorf("missing value: %v", err)
	}
	if err := python.ToPython("words", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := python.FromPython[[]int]("words"); err == nil || !strings.Contains(err.Error(), "does not fit") {
		t.Errorf("words as numbers: %v", err)
	}
	if err := python.ToPython("../x", 1); err == nil {
		t.Error("a name with a slash was taken")
	}
	if err := python.ToPython("f", func() {}); err == nil {
		t.Error("a function was taken")
	}
}
