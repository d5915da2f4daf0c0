package protocoltest

import (
	"context"
	"testing"

	"github.com/go-zeromq/zmq4"

	"songsong/kernel/internal/wire"
)

// Our sockets understand those of another implementation of ZeroMQ in Go. (The
// one that counts, libzmq, is in TestJupyterClient, which needs Python.)
func TestZMQ4(t *testing.T) {
	_, k, c := start(t)
	conn := k.Connection()
	shell, _, _, iopub, hb := conn.Endpoints()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dealer := zmq4.NewDealer(ctx, zmq4.WithID(zmq4.SocketIdentity("zmq4")))
	sub := zmq4.NewSub(ctx)
	req := zmq4.NewReq(ctx)
	for endpoint, s := range map[string]zmq4.Socket{shell: dealer, iopub: sub, hb: req} {
		if err := s.Dial(endpoint); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
	}
	if err := sub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	want(t, "first on iopub", receive(t, c, sub).Header.MsgType, "iopub_welcome")
	m := c.message("execute_request", executeContent("print hello", nil))
	frames, err := c.Signer.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := dealer.SendMulti(zmq4.NewMsgFrom(frames...)); err != nil {
		t.Fatal(err)
	}
	for _, msgType := range []string{"status", "execute_input", "stream", "status"} {
		got := receive(t, c, sub)
		for got.ParentID() != m.Header.MsgID { // of what the other client asked before
			got = receive(t, c, sub)
		}
		want(t, "iopub", got.Header.MsgType, msgType)
	}
	want(t, "shell", receive(t, c, dealer).Header.MsgType, "execute_reply")
	if err := req.Send(zmq4.NewMsgString("ping")); err != nil {
		t.Fatal(err)
	}
	back, err := req.Recv()
	if err != nil || string(back.Bytes()) != "ping" {
		t.Errorf("the heartbeat sent %q back: %v", back.Bytes(), err)
	}
}

// receive reads a message from a socket of zmq4.
func receive(t *testing.T, c *Client, s zmq4.Socket) *wire.Message {
	t.Helper()
	msg, err := s.Recv()
	if err != nil {
		t.Fatal(err)
	}
	m, err := wire.NewSigner(c.key).Decode(msg.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
