package export

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"songsong/kernel/internal/notebook"
)

// A heading is a line of the contents list.
type heading struct {
	Level    int
	ID, Text string
}

// prose turns the notebook's Markdown into HTML, cell after cell.
type prose struct {
	md       goldmark.Markdown
	nb       *notebook.Notebook
	ids      *ids
	headings []heading
	labels   *labels
	notices  []string
	cell     *notebook.Cell // whose Markdown is being turned
}

func newProse(nb *notebook.Notebook, l *labels) *prose {
	p := &prose{nb: nb, labels: l, ids: &ids{taken: map[string]int{}}}
	p.md = goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithInlineParsers(
				util.Prioritized(&referenceParser{labels: l, missing: p.missing}, 150),
				util.Prioritized(mathParser{}, 150),
			),
			parser.WithASTTransformers(util.Prioritized(p, 500)),
		),
		goldmark.WithRendererOptions(
			html.WithUnsafe(), // notebooks hold HTML, and are their reader's own
			renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100)),
		),
	)
	return p
}

func (p *prose) missing(label string) {
	p.notice("there is no figure or table with the label %s", label)
}

func (p *prose) notice(format string, args ...any) {
	where := ""
	if p.cell != nil {
		where = fmt.Sprintf("cell %d: ", p.nb.Number(p.cell))
	}
	p.notices = append(p.notices, where+fmt.Sprintf(format, args...))
}

// html turns one cell's Markdown into HTML.
func (p *prose) html(c *notebook.Cell) (template.HTML, error) {
	p.cell = c
	defer func() { p.cell = nil }()
	return p.fragment(c.Source)
}

func (p *prose) fragment(source string) (template.HTML, error) {
	var b bytes.Buffer
	err := p.md.Convert([]byte(source), &b, parser.WithContext(parser.NewContext(parser.WithIDs(p.ids))))
	text := emptyHead.ReplaceAllString(withoutScripts(b.String()), "<td></td>")
	return template.HTML(text), err
}

// emptyHead is the corner of a table, which heads nothing.
var emptyHead = regexp.MustCompile(`<th(?: style="[^"]*")?></th>`)

// Transform brings the headings into order and the pictures into the page.
func (p *prose) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.heading(n, reader.Source())
		case *ast.Image:
			n.Destination = []byte(p.picture(string(n.Destination)))
		case *ast.Link:
			n.Destination = []byte(reportLink(string(n.Destination)))
		}
		return ast.WalkContinue, nil
	})
}

// heading keeps one heading of level 1, and no level left out below it, so that
// a screen reader can go through the page by headings.
func (p *prose) heading(h *ast.Heading, source []byte) {
	last := 0
	if n := len(p.headings); n > 0 {
		last = p.headings[n-1].Level
	}
	switch {
	case last == 0:
		h.Level = 1
	default:
		h.Level = min(max(h.Level, 2), last+1)
	}
	id, _ := h.AttributeString("id")
	b, _ := id.([]byte)
	p.headings = append(p.headings, heading{Level: h.Level, ID: string(b), Text: plainText(h, source)})
}

// plainText is the text of a node without its marks.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(source))
			if n.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *mathNode:
			b.WriteString(n.tex)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// ids makes the anchors of headings as Jupyter does.
type ids struct{ taken map[string]int }

func (s *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	id := anchor(string(bytes.TrimSpace(value)))
	if id == "" {
		id = "heading"
	}
	s.taken[id]++
	if n := s.taken[id]; n > 1 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return []byte(id)
}

func (s *ids) Put(value []byte) { s.taken[string(value)]++ }

// referenceParser turns @fig-x and @tbl-x into links, as Quarto does.
type referenceParser struct {
	labels  *labels
	missing func(label string)
}

func (*referenceParser) Trigger() []byte { return []byte{'@'} }

func (p *referenceParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if before := block.PrecendingCharacter(); before == '\\' || isLabelRune(before) {
		return nil
	}
	name := labelName(string(line[1:]))
	if !strings.HasPrefix(name, "fig-") && !strings.HasPrefix(name, "tbl-") {
		return nil
	}
	block.Advance(1 + len(name))
	target, ok := p.labels.known[name]
	if !ok {
		p.missing(name)
		return ast.NewString([]byte("@" + name))
	}
	link := ast.NewLink()
	link.Destination = []byte("#" + target.id)
	link.AppendChild(link, ast.NewString([]byte(target.text)))
	return link
}

// labelName is the label at the start of s; a full stop ends the sentence, not the label.
func labelName(s string) string {
	end := len(s)
	for i, r := range s {
		if !isLabelRune(r) {
			end = i
			break
		}
	}
	return strings.TrimRight(s[:end], "-_")
}

func isLabelRune(r rune) bool {
	return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f && r != '\u00a0' && r != '…' && r != '”' && r != '’'
}

// mathParser takes $…$ and $$…$$ out of the hands of Markdown.
type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$'} }

func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	mark := "$"
	if bytes.HasPrefix(line, []byte("$$")) {
		mark = "$$"
	}
	l, pos := block.Position()
	block.Advance(len(mark))
	var tex strings.Builder
	for {
		line, _ := block.PeekLine()
		if line == nil {
			block.SetPosition(l, pos)
			return nil
		}
		if i := bytes.Index(line, []byte(mark)); i >= 0 && (i == 0 || line[i-1] != '\\') {
			tex.Write(line[:i])
			block.Advance(i + len(mark))
			break
		}
		tex.Write(line)
		block.AdvanceLine()
	}
	if s := tex.String(); mark == "$" && (s == "" || strings.TrimSpace(s) != s || followedByDigit(block)) {
		block.SetPosition(l, pos) // a price: $5 and $10
		return nil
	}
	return &mathNode{tex: strings.TrimSpace(tex.String()), block: mark == "$$"}
}

func followedByDigit(block text.Reader) bool {
	next := block.Peek()
	return next >= '0' && next <= '9'
}

type mathNode struct {
	ast.BaseInline
	tex   string
	block bool
}

var kindMath = ast.NewNodeKind("Math")

func (*mathNode) Kind() ast.NodeKind              { return kindMath }
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// nodes writes formulas and highlighted code.
type nodes struct{}

func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindMath, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if m, ok := n.(*mathNode); ok && entering {
			_, _ = w.WriteString(string(formula(m.tex, m.block)))
		}
		return ast.WalkContinue, nil
	})
	r.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if box, ok := n.(*extast.TaskCheckBox); ok && entering { // an <input> would be one that nobody can use
			mark := "☐ "
			if box.IsChecked {
				mark = "☑ "
			}
			_, _ = w.WriteString(mark)
		}
		return ast.WalkContinue, nil
	})
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		block, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		var code strings.Builder
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			code.Write(line.Value(source))
		}
		_, _ = w.WriteString(string(highlight(code.String(), string(block.Language(source)))))
		return ast.WalkSkipChildren, nil
	})
}
