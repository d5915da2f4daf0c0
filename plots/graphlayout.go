package plots

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
)

// graphLayout is a task graph in layers from left to right (Sugiyama, Tagawa
// and Toda 1981): a task stands one layer after the last thing it needs, and an
// edge over several layers passes each at a point of its own, so that it runs
// around boxes.
type graphLayout struct {
	g      *graph
	k      vg.Length
	boxes  []nodeBox // tasks, then the points that long edges pass
	layers [][]int   // box numbers, top first
	edges  []graphEdge
	height vg.Length
}

// graphEdge leads from box to box, through the points between.
type graphEdge struct {
	route    []int
	critical bool
}

// nodeBox is a task as drawn; one without lines is a point of a long edge.
type nodeBox struct {
	mid           vg.Point
	width, height vg.Length
	lines         []string
	cost          string
	critical      bool
	needs         []int // boxes one layer before
}

func (g *graph) layOut(set *settings) (*graphLayout, error) {
	l := &graphLayout{g: g, k: set.scale()}
	count := slices.Max(g.depth) + 1
	l.layers = make([][]int, count)
	gap := min(34*l.k, 0.3*set.width/vg.Length(count))
	width := (set.width-2*margin*l.k+gap)/vg.Length(count) - gap
	for i, t := range g.tasks {
		lines, err := page.Wrap(l.nameStyle().Font, t.Name, width-6*l.k)
		if err != nil {
			return nil, err
		}
		height := vg.Length(len(lines)+1)*l.pitch() + 5*l.k
		l.add(nodeBox{width: width, height: height, lines: lines, cost: set.brief(t.Cost.Seconds(), 3), critical: g.onPath[i]}, g.depth[i])
	}
	for i, t := range g.tasks {
		for _, need := range t.Needs {
			l.connect(g.index[need], i)
		}
	}
	l.order()
	l.place(width + gap)
	return l, nil
}

func (l *graphLayout) add(b nodeBox, layer int) int {
	l.boxes = append(l.boxes, b)
	l.layers[layer] = append(l.layers[layer], len(l.boxes)-1)
	return len(l.boxes) - 1
}

// connect adds an edge between tasks, with a point in every layer it passes.
func (l *graphLayout) connect(from, to int) {
	e := graphEdge{route: []int{from}, critical: l.g.onPath[to] && l.g.before[to] == from}
	for d := l.g.depth[from] + 1; d < l.g.depth[to]; d++ {
		p := l.add(nodeBox{width: l.boxes[from].width, height: 8 * l.k, needs: []int{e.route[len(e.route)-1]}}, d)
		e.route = append(e.route, p)
	}
	l.boxes[to].needs = append(l.boxes[to].needs, e.route[len(e.route)-1])
	e.route = append(e.route, to)
	l.edges = append(l.edges, e)
}

// order sorts each layer by the mean place of what its boxes need, so that few
// lines cross.
func (l *graphLayout) order() {
	for _, layer := range l.layers[1:] {
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(l.barycentre(a), l.barycentre(b)) })
		l.stack()
	}
}

func (l *graphLayout) barycentre(box int) float64 {
	sum := 0.0
	for _, n := range l.boxes[box].needs {
		sum += float64(l.boxes[n].mid.Y)
	}
	return -sum / float64(max(1, len(l.boxes[box].needs))) // y grows upwards
}

// stack sets heights: each layer is centred on y = 0.
func (l *graphLayout) stack() {
	space := 12 * l.k
	for _, layer := range l.layers {
		total := -space
		for _, b := range layer {
			total += l.boxes[b].height + space
		}
		l.height = max(l.height, total+2*l.k)
		y := total / 2
		for _, b := range layer {
			l.boxes[b].mid.Y = y - l.boxes[b].height/2
			y -= l.boxes[b].height + space
		}
	}
}

func (l *graphLayout) place(column vg.Length) {
	l.stack()
	for d, layer := range l.layers {
		for _, b := range layer {
			l.boxes[b].mid.X = column*vg.Length(d) + l.boxes[b].width/2
		}
	}
}

func (l *graphLayout) nameStyle() draw.TextStyle {
	return style(page.Bold, 0.85*fontSize*l.k, ink)
}

func (l *graphLayout) pitch() vg.Length {
	return page.LineHeight * l.nameStyle().Font.Size
}

// draw draws plain edges, then the critical ones over them, then the boxes.
func (l *graphLayout) draw(c draw.Canvas) error {
	c.Push()
	defer c.Pop()
	c.Translate(vg.Point{X: c.Min.X, Y: (c.Min.Y + c.Max.Y) / 2})
	for _, critical := range []bool{false, true} {
		for _, e := range l.edges {
			if e.critical == critical {
				l.drawEdge(&c, e)
			}
		}
	}
	for _, b := range l.boxes {
		if b.lines != nil {
			l.drawBox(&c, b)
		}
	}
	return nil
}

func (l *graphLayout) drawBox(c *draw.Canvas, b nodeBox) {
	col := palette[0]
	if b.critical {
		col = palette[1]
	}
	r := rectPath(b.mid.X-b.width/2, b.mid.Y-b.height/2, b.mid.X+b.width/2, b.mid.Y+b.height/2)
	c.SetColor(mix(col, 0.14))
	c.Fill(r)
	c.SetLineStyle(solid(col, 1.1*l.k))
	c.Stroke(r)
	name := l.nameStyle()
	name.XAlign, name.YAlign = text.XCenter, text.YTop
	cost := style(page.Regular, 0.8*fontSize*l.k, ink)
	cost.XAlign = text.XCenter
	y := b.mid.Y + b.height/2 - 3*l.k
	for _, line := range b.lines {
		c.FillText(name, vg.Point{X: b.mid.X, Y: y}, line)
		y -= l.pitch()
	}
	c.FillText(cost, vg.Point{X: b.mid.X, Y: y}, b.cost)
}

// drawEdge draws a smooth arrow along the route.
func (l *graphLayout) drawEdge(c *draw.Canvas, e graphEdge) {
	sty := solid(muted, 0.8*l.k)
	if e.critical {
		sty = solid(palette[1], 1.8*l.k)
	}
	var p vg.Path
	var end vg.Point
	for i, n := range e.route[1:] {
		from, to := l.boxes[e.route[i]], l.boxes[n]
		a := vg.Point{X: from.mid.X + from.width/2, Y: from.mid.Y}
		end = vg.Point{X: to.mid.X - to.width/2, Y: to.mid.Y}
		stop := end
		if to.lines != nil {
			stop.X -= 4 * l.k
		}
		bend := (end.X - a.X) / 2
		if i == 0 {
			p.Move(a)
		} else {
			p.Line(a) // across the layer that was passed
		}
		p.CubeTo(vg.Point{X: a.X + bend, Y: a.Y}, vg.Point{X: end.X - bend, Y: end.Y}, stop)
	}
	c.SetLineStyle(sty)
	c.Stroke(p)
	var head vg.Path
	head.Move(end)
	head.Line(vg.Point{X: end.X - 6*l.k, Y: end.Y + 2.8*l.k})
	head.Line(vg.Point{X: end.X - 6*l.k, Y: end.Y - 2.8*l.k})
	head.Close()
	c.SetColor(sty.Color)
	c.Fill(head)
}
