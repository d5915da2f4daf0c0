// Package gopls asks gopls, the Go language server, about unfinished code. It
// finds one, installs the version songsong is made for ([Find], [Install]), runs
// it as a child process ([Server]) and speaks LSP to it.
//
// A [Server] is lazy: the first question starts the process, in the background,
// and until it is warm every question is answered by [ErrNotReady] at once; so it
// is when gopls is overworked. Who asks must have another answer at hand. It knows
// nothing of cells: questions are about files of one package.
package gopls
