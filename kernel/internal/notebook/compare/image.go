package compare

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	_ "image/png"

	"songsong/kernel/internal/notebook"
)

// Two pictures are the same if at most pixelShare of their pixels differ by
// more than pixelStep (of 255) in a channel: another version of an encoder or
// of a rasteriser moves some edges a little.
const (
	pixelStep  = 24
	pixelShare = 0.002
)

// figures compares two drawings: the same SVG, or the same picture.
func (c *comparison) figures(old, now *notebook.Output) {
	a, b := old.Format("image/svg+xml"), now.Format("image/svg+xml")
	if a != "" && c.clean.Text(a) == c.clean.Text(b) {
		return
	}
	for _, mime := range []string{"image/png", "image/jpeg"} {
		x, err1 := old.Bytes(mime)
		y, err2 := now.Bytes(mime)
		if err := errors.Join(err1, err2); err != nil {
			c.differ("", "the figure can't be compared: %v", err)
			return
		}
		if x == nil {
			continue
		}
		if what := pictures(x, y); what != "" {
			c.differ("", "the figure differs: %s", what)
		}
		return
	}
	if a != "" {
		c.differ(unified(c.clean.Text(a), c.clean.Text(b)), "the figure's SVG differs")
	}
}

// pictures says how two encoded pictures differ, "" if they do not.
func pictures(a, b []byte) string {
	if bytes.Equal(a, b) {
		return ""
	}
	x, _, err1 := image.Decode(bytes.NewReader(a))
	y, _, err2 := image.Decode(bytes.NewReader(b))
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Sprintf("it can't be decoded: %v", err)
	}
	if x.Bounds().Size() != y.Bounds().Size() {
		return fmt.Sprintf("it is %v pixels, stored is %v", y.Bounds().Size(), x.Bounds().Size())
	}
	if share := unlike(x, y); share > pixelShare {
		return fmt.Sprintf("%.1f %% of its pixels are others", share*100)
	}
	return ""
}

// unlike returns the share of pixels that differ by more than pixelStep.
func unlike(a, b image.Image) float64 {
	p, q, size := a.Bounds().Min, b.Bounds().Min, a.Bounds().Size()
	n := 0
	for y := range size.Y {
		for x := range size.X {
			if step(a.At(p.X+x, p.Y+y), b.At(q.X+x, q.Y+y)) > pixelStep {
				n++
			}
		}
	}
	return float64(n) / float64(max(size.X*size.Y, 1))
}

func step(a, b interface{ RGBA() (r, g, b, a uint32) }) uint32 {
	r1, g1, b1, a1 := a.RGBA()
	r2, g2, b2, a2 := b.RGBA()
	most := uint32(0)
	for _, d := range [...][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
		most = max(most, max(d[0], d[1])-min(d[0], d[1]))
	}
	return most >> 8
}
