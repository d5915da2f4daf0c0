package page

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// matrix is the affine map x' = a·x + c·y + e, y' = b·x + d·y + f, in the order
// that SVG and PDF write it.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times returns the map that applies n first, then m.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1],
		m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5],
	}
}

func (m matrix) apply(p point) point {
	return point{m[0]*p.x + m[2]*p.y + m[4], m[1]*p.x + m[3]*p.y + m[5]}
}

// scale returns the mean stretch, by which line widths grow.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }

type point struct{ x, y float64 }

// step is one piece of a path: 'M' and 'L' with one point, 'C' with three, 'Z'
// with none.
type step struct {
	op byte
	pt [3]point
}

type path []step

// convert maps a gonum path: curves become cubic, arcs become cubics of at most
// a quarter turn (error below 0.03 % of the radius).
func convert(q vg.Path, m matrix) path {
	var out path
	var at point // current point, before the map
	emit := func(op byte, pts ...point) {
		s := step{op: op}
		for i, pt := range pts {
			s.pt[i] = m.apply(pt)
		}
		out = append(out, s)
		if len(pts) > 0 {
			at = pts[len(pts)-1]
		}
	}
	for _, c := range q {
		to := fromVG(c.Pos)
		switch c.Type {
		case vg.MoveComp:
			emit('M', to)
		case vg.LineComp:
			emit('L', to)
		case vg.CloseComp:
			emit('Z')
		case vg.ArcComp:
			arc(to, c.Radius.Points(), c.Start, c.Angle, at, len(out) == 0, emit)
		case vg.CurveComp:
			c1, c2 := controls(c.Control, at, to)
			emit('C', c1, c2, to)
		}
	}
	return out
}

func fromVG(p vg.Point) point { return point{p.X.Points(), p.Y.Points()} }

// controls returns the cubic control points of a quadratic or cubic curve.
func controls(ctl []vg.Point, from, to point) (point, point) {
	c := fromVG(ctl[0])
	if len(ctl) == 2 {
		return c, fromVG(ctl[1])
	}
	return point{from.x + 2./3*(c.x-from.x), from.y + 2./3*(c.y-from.y)},
		point{to.x + 2./3*(c.x-to.x), to.y + 2./3*(c.y-to.y)}
}

func arc(c point, r, start, angle float64, at point, first bool, emit func(byte, ...point)) {
	angle = max(-2*math.Pi, min(2*math.Pi, angle))
	on := func(a float64) point { s, co := math.Sincos(a); return point{c.x + r*co, c.y + r*s} }
	begin := on(start)
	switch {
	case first:
		emit('M', begin)
	case math.Hypot(begin.x-at.x, begin.y-at.y) > 1e-9:
		emit('L', begin)
	}
	n := int(math.Ceil(math.Abs(angle) / (math.Pi/2 + 1e-9)))
	for i := range n {
		a0 := start + angle*float64(i)/float64(n)
		a1 := start + angle*float64(i+1)/float64(n)
		k := 4. / 3 * math.Tan((a1-a0)/4) * r
		p0, p1 := on(a0), on(a1)
		s0, c0 := math.Sincos(a0)
		s1, c1 := math.Sincos(a1)
		emit('C', point{p0.x - k*s0, p0.y + k*c0}, point{p1.x + k*s1, p1.y - k*c1}, p1)
	}
}
