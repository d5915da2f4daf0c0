package display_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"songsong/kernel/display"
)

func ExampleHTML() {
	display.Show(display.HTML("<b>bold</b>"))
	// Output: <b>bold</b>
}

func ExampleMarkdown() {
	display.Show(display.Markdown("*soft* and **loud**"))
	// Output: *soft* and **loud**
}

func ExampleSVG() {
	d := display.SVG(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>`)
	fmt.Println(d.Data[display.MIMETypeText])
	// Output: <SVG image>
}

func ExampleJavaScript() {
	display.Show(display.JavaScript("element.textContent = 'hello'"))
	// Output: element.textContent = 'hello'
}

func ExampleLatex() {
	fmt.Println(display.Latex(`S(p)`).Data[display.MIMETypeLatex])
	// Output: $S(p)$
}

func ExampleMath() {
	fmt.Println(display.Math(`S(p) = \frac{1}{f + (1-f)/p}`).Data[display.MIMETypeLatex])
	// Output: $$S(p) = \frac{1}{f + (1-f)/p}$$
}

func ExamplePNG() {
	display.Show(display.PNG([]byte("\x89PNG\r\n\x1a\n")))
	// Output: <PNG image, 8 bytes>
}

func ExampleJPEG() {
	display.Show(display.JPEG([]byte("\xff\xd8\xff")))
	// Output: <JPEG image, 3 bytes>
}

func ExamplePDF() {
	display.Show(display.PDF([]byte("%PDF-1.7")))
	// Output: <PDF document, 8 bytes>
}

func ExampleJSON() {
	display.Show(display.JSON(map[string]any{"workers": 4}))
	// Output: map[workers:4]
}

func ExampleMIME() {
	d := display.MIME(display.MIMEMap{"text/csv": "a,b\n1,2\n", "text/plain": "two columns"}, nil)
	display.Show(d)
	// Output: two columns
}

func ExampleMakeData() {
	fmt.Println(display.MakeData("text/csv", "a,b"))
	// Output: {map[text/csv:a,b text/plain:a,b] map[] map[]}
}

func ExampleMakeData3() {
	fmt.Println(display.MakeData3("text/csv", "two columns", "a,b"))
	// Output: {map[text/csv:a,b text/plain:two columns] map[] map[]}
}

func ExampleAny() {
	d := display.Any("text/csv", strings.NewReader("a,b"))
	fmt.Println(d.Data["text/csv"])
	// Output: a,b
}

func ExampleFile() {
	path := filepath.Join(os.TempDir(), "songsong-example.svg")
	if err := os.WriteFile(path, []byte("<svg/>"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(path)
	fmt.Println(display.File("", path).Data[display.MIMETypeSVG])
	// Output: <svg/>
}

func ExampleShowID() {
	id := display.UniqueID("answer")
	display.ShowID(id, "thinking")
	display.Update(id, 42)
	// Output:
	// thinking
	// 42
}

func ExampleUniqueID() {
	fmt.Println(display.UniqueID("bar") == display.UniqueID("bar"))
	// Output: false
}

func ExampleClear() {
	for i := range 3 {
		display.Clear(true) // when the next line comes: no flicker
		display.Show(i)
	}
	// Output:
	// 0
	// 1
	// 2
}

func ExampleConnected() {
	fmt.Println(display.Connected()) // a plain program, not a notebook
	// Output: false
}

func ExampleInput() {
	display.Connect(display.Host{Input: func(prompt string, password bool) (string, error) { return "Lan", nil }})
	defer display.Connect(display.Host{})
	name, err := display.Input("Your name? ")
	fmt.Println(name, err)
	// Output: Lan <nil>
}

func ExamplePassword() {
	display.Connect(display.Host{Input: func(prompt string, password bool) (string, error) { return "", fmt.Errorf("nobody is there") }})
	defer display.Connect(display.Host{})
	_, err := display.Password("Password: ")
	fmt.Println(err)
	// Output: nobody is there
}

func ExampleNewProgress() {
	bar := display.NewProgress("sorting", 0) // the total isn't known
	bar.Add(2)
	bar.Set(7)
	bar.Done()
	// Output:
}

func ExampleTrack() {
	sum := 0
	for _, n := range display.Track("adding", 3, slices.All([]int{1, 2, 3})) { // or the results of a pool
		sum += n
	}
	fmt.Println(sum)
	// Output: 6
}

func ExampleContext() {
	ctx := display.Context() // in a notebook it ends with an interrupt, or with %kill
	select {
	case <-ctx.Done():
		fmt.Println("asked to end")
	default:
		fmt.Println("goes on")
	}
	// Output: goes on
}
