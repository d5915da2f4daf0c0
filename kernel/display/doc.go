// Package display shows rich values in a notebook: pictures, HTML, tables,
// formulas, progress bars. Start with [Show], which takes any value, and
// [Table]. [Update], [Progress], [Clear] and [Input] make a cell a dialogue.
//
// In a cell of songsong what is shown appears under that cell, also when
// a goroutine shows it. In a plain Go program the text form is printed to
// standard output, so a program and a notebook can share their code.
//
// The names that take or return [Data] are those of gophernotes: a cell that
// imports "display" or "github.com/gopherdata/gophernotes" gets this package.
//
// The package imports nothing but the standard library, and draws nothing:
// figures come from packages that know their data and tell it by a method
// MIMEBundle, or by [RegisterRenderer]. Every function may be called from
// several goroutines at once.
package display
