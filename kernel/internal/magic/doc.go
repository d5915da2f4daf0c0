// Package magic holds the commands that may stand in a cell: %help, %time, !ls,
// %%python and so on. [Split] parts a cell into commands and Go; [Runner.Run]
// runs one command. Every command is one entry of one table, which %help prints.
//
// What a command needs of the session it asks of a [Host]. The kernel process
// itself runs nothing of the reader's: programs are child processes, and Go goes
// back to the host.
package magic
