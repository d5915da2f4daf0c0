// Package zmtp is the part of ZeroMQ a Jupyter kernel needs: ZMTP 3.1 over TCP
// and Unix sockets, with the ROUTER and XPUB sockets on the kernel's side and
// DEALER, SUB and REQ connections for its tests. Start with [ListenRouter],
// [ListenPublisher] and [Dial].
//
// It exists because no frame may end the kernel. In
// github.com/go-zeromq/zmq4 v0.17.0 the handshake runs inside the accept loop
// without a deadline, so one silent connection locks every later client out; a
// frame header that announces 2⁵⁰ bytes allocates them; a truncated property
// indexes out of range; and a PING is handed to the program as a message. Here
// every connection has its own goroutines and deadline, memory grows only with
// bytes that have arrived, and a peer that breaks the protocol loses its own
// connection and nothing else.
//
// Its mechanisms are NULL and CURVE, which encrypts. It does not reconnect,
// load-balance, speak ZMTP 1 and 2 or PLAIN, or ask a ZAP server who may connect.
//
// Specifications: https://rfc.zeromq.org/spec/37/ (ZMTP 3.1) and
// https://rfc.zeromq.org/spec/26/ (CurveZMQ).
package zmtp
