package plots

import "testing"

func BenchmarkFormats(b *testing.B) {
	for name, write := range map[string]func(*Figure) ([]byte, error){
		"SVG": (*Figure).SVG, "PDF": (*Figure).PDF, "PNG": func(f *Figure) ([]byte, error) { return f.PNG(192) },
	} {
		b.Run(name, func(b *testing.B) {
			f := Speedup(measured())
			for b.Loop() {
				if _, err := write(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("layout", func(b *testing.B) {
		for b.Loop() {
			if err := Speedup(measured()).Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
