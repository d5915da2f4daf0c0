package plots

import "strings"

// hover makes the interactive version of a figure of scaling, a chart in the
// Vega-Lite 5 grammar: hovering shows values, the wheel zooms.
func (b *scaling) hover() any {
	scale := map[string]any{"type": "linear"}
	if b.set.logLog {
		scale = map[string]any{"type": "log", "base": 2}
	}
	names, colors := []string{}, []string{}
	for i, s := range b.r.Series {
		names, colors = append(names, s.Name), append(colors, hex(colorOf(i)))
	}
	x := func(field string) map[string]any {
		return map[string]any{
			"field": field, "type": "quantitative", "title": b.xLabel(), "scale": scale,
			"axis": map[string]any{"values": b.counts, "format": "d", "grid": false},
		}
	}
	y := func(field string) map[string]any {
		return map[string]any{"field": field, "type": "quantitative", "title": b.set.say("speedup"), "scale": scale}
	}
	middle := y("speedup")
	middle["aggregate"] = "median"
	color := map[string]any{"field": "series", "type": "nominal", "title": nil, "scale": map[string]any{"domain": names, "range": colors}}
	shape := map[string]any{"field": "series", "type": "nominal", "title": nil, "scale": map[string]any{"domain": names}}
	return map[string]any{
		"$schema": "https://vega.github.io/schema/vega-lite/v5.json",
		"title":   map[string]any{"text": b.fig.title, "subtitle": b.lines(90), "anchor": "start", "fontSize": 15},
		"width":   440,
		"height":  280,
		"config":  map[string]any{"font": "Liberation Sans, Arial, sans-serif"},
		"data":    map[string]any{"values": b.records()},
		"layer": []map[string]any{
			{
				"data":     map[string]any{"values": b.idealPoints()},
				"mark":     map[string]any{"type": "line", "strokeDash": []int{5, 3}, "color": hex(muted), "clip": true},
				"encoding": map[string]any{"x": x("x"), "y": y("y")},
			},
			{
				"params":   []map[string]any{{"name": "zoom", "select": "interval", "bind": "scales"}},
				"mark":     map[string]any{"type": "point", "filled": true, "opacity": 0.35, "size": 24},
				"encoding": map[string]any{"x": x("workers"), "y": y("speedup"), "color": color, "tooltip": tooltips()},
			},
			{
				"mark":     map[string]any{"type": "line", "point": map[string]any{"size": 60, "filled": true}},
				"encoding": map[string]any{"x": x("workers"), "y": middle, "color": color, "shape": shape},
			},
		},
	}
}

func tooltips() []map[string]any {
	return []map[string]any{
		{"field": "series"}, {"field": "workers"}, {"field": "round"},
		{"field": "wall_seconds", "format": ".4s"}, {"field": "speedup", "format": ".3f"},
	}
}

// records are the repetitions of every series, not those of the base.
func (b *scaling) records() []map[string]any {
	var out []map[string]any
	for i, s := range b.r.Series {
		for k, p := range s.Points {
			for n, v := range b.r.Speedups(i, k, false) {
				out = append(out, map[string]any{
					"series": s.Name, "workers": p.Workers, "round": n + 1, "wall_seconds": p.Wall[n], "speedup": v,
				})
			}
		}
	}
	return out
}

func (b *scaling) idealPoints() []map[string]any {
	var out []map[string]any
	for _, n := range b.counts {
		out = append(out, map[string]any{"x": n, "y": b.ideal(float64(n))})
	}
	return out
}

// lines is the summary and the caption, in lines of about so many characters.
func (b *scaling) lines(width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(b.fig.String() + ". " + b.fig.Caption()) {
		if len([]rune(line))+len([]rune(word)) > width {
			out, line = append(out, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(out, line)
}
