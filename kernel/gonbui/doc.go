// Package gonbui has the names by which notebooks written for GoNB show things:
// a cell that imports "github.com/janpfeifer/gonb/gonbui" gets this package.
// Start with [DisplayHTML]; new notebooks do better with
// songsong/kernel/display, which says the same in fewer words.
//
// GoNB's widgets and what else works on the page's DOM (gonbui/dom, comms,
// widgets, plotly, wasm) speak a protocol of GoNB's own kernel and are not here.
//
// What is shown appears under the cell whose goroutine shows it. In a plain
// program nothing is shown, as with GoNB. Every function may be called from
// several goroutines at once.
package gonbui
