package page

import (
	"image"
	"image/color"
	"image/draw"
)

// fewColors makes an image of at most 256 colours of a drawing, which has few
// but for the blends at its edges: a third of the bytes as PNG. Channels are
// rounded to as many levels as it takes; black and white stay exact.
func fewColors(src image.Image) image.Image {
	b := src.Bounds()
	rgba := image.NewRGBA(b)
	draw.Draw(rgba, b, src, b.Min, draw.Src)
	for _, levels := range []int{256, 64, 43, 32, 22, 16, 11, 8, 6} {
		if p := paletted(rgba, levels); p != nil {
			return p
		}
	}
	return src
}

// paletted rounds each channel to the levels; nil if over 256 colours are left.
func paletted(src *image.RGBA, levels int) *image.Paletted {
	round := func(v uint8) uint8 {
		n := levels - 1
		return uint8(((int(v)*n+127)/255*255 + n/2) / n)
	}
	index := map[uint32]uint8{}
	out := image.NewPaletted(src.Bounds(), nil)
	last, at := uint32(1<<24), uint8(0) // of the pixel before: most are alike
	for i := 0; i < len(src.Pix); i += 4 {
		raw := uint32(src.Pix[i])<<16 | uint32(src.Pix[i+1])<<8 | uint32(src.Pix[i+2])
		if raw != last {
			c := color.RGBA{round(src.Pix[i]), round(src.Pix[i+1]), round(src.Pix[i+2]), 255}
			key := uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
			k, ok := index[key]
			if !ok {
				if len(out.Palette) == 256 {
					return nil
				}
				k = uint8(len(out.Palette))
				index[key] = k
				out.Palette = append(out.Palette, c)
			}
			last, at = raw, k
		}
		out.Pix[i/4] = at
	}
	return out
}
