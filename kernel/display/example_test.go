package display_test

import (
	"fmt"
	"image"

	"songsong/kernel/display"
)

type circle struct{ r int }

func (c circle) SVG() string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg"><circle r="%d"/></svg>`, c.r)
}
func (c circle) String() string { return fmt.Sprintf("circle of radius %d", c.r) }

func ExampleShow() {
	display.Show(42, circle{3}, display.HTML("<b>bold</b>"))
	// Output:
	// 42
	// circle of radius 3
	// <b>bold</b>
}

func ExampleTable() {
	type run struct {
		Workers int
		Speedup float64
	}
	display.Show(display.Table([]run{{1, 1}, {2, 1.94}}))
	// Output:
	// Workers  Speedup
	// ───────  ───────
	//       1        1
	//       2     1.94
}

func ExampleUpdate() {
	display.ShowID("state", "waiting")
	display.Update("state", "done") // in a notebook this takes the place of "waiting"
	// Output:
	// waiting
	// done
}

func ExampleProgress() {
	p := display.NewProgress("counting", 3)
	for range 3 {
		p.Add(1)
	}
	p.Done() // on a terminal, "counting ████████████████████████ 3/3"
	// Output:
}

func ExampleRender() {
	_, ok := display.Render(42)
	fmt.Println(ok)
	d, ok := display.Render(circle{1})
	fmt.Println(ok, d.Data[display.MIMETypeText])
	// Output:
	// false
	// true circle of radius 1
}

func ExampleRegisterRenderer() {
	type matrix [2][2]int // say, of somebody else's package
	display.RegisterRenderer(func(v any) (display.Data, bool) {
		m, ok := v.(matrix)
		if !ok {
			return display.Data{}, false
		}
		return display.Math(fmt.Sprintf(`\begin{pmatrix}%d&%d\\%d&%d\end{pmatrix}`, m[0][0], m[0][1], m[1][0], m[1][1])), true
	})
	d, _ := display.Render(matrix{{1, 0}, {0, 1}})
	fmt.Println(d.Data[display.MIMETypeLatex])
	// Output: $$\begin{pmatrix}1&0\\0&1\end{pmatrix}$$
}

func ExampleConnect() {
	display.Connect(display.Host{Send: func(e display.Event) error {
		fmt.Println("event", e.Kind, e.ID, e.Data.Data[display.MIMETypeText])
		return nil
	}})
	defer display.Connect(display.Host{})
	display.ShowID("x", 1)
	display.Update("x", 2)
	// Output:
	// event 0 x 1
	// event 1 x 2
}

func ExampleAuto() {
	fmt.Println(display.Auto("<svg/>").Data[display.MIMETypeSVG])
	// Output: <svg/>
}

func ExampleImage() {
	fmt.Println(display.Image(image.NewGray(image.Rect(0, 0, 4, 3))).Metadata)
	// Output: map[image/png:map[height:3 width:4]]
}

func ExampleDisplay() {
	err := display.Display(display.Latex(`\frac{1}{2}`))
	fmt.Println(err)
	// Output:
	// \frac{1}{2}
	// <nil>
}
