// Package protocoltest checks a kernel as a Jupyter front end meets it: over
// real sockets. [Start] serves a [session.Session] and returns a [Kernel];
// [Kernel.Client] connects to it, as does [Dial] to a kernel in another process.
//
// Every message a client receives is checked against the fields the protocol
// asks for; a message that lacks one fails the test. [Script] is a session that
// does what its cells say, for tests of the protocol alone.
package protocoltest
