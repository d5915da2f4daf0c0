package jupyter

import (
	"testing"
	"testing/synctest"
	"time"

	"songsong/kernel/internal/wire"
)

func TestAskQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newAskQueue()
		ask := func(msgType, session string) {
			if !q.push(&request{Message: &wire.Message{Header: wire.Header{MsgType: msgType, Session: session}}}) {
				t.Fatal("the queue is full")
			}
		}
		ask("complete_request", "a") // asked again by a
		ask("complete_request", "b")
		ask("inspect_request", "a")
		ask("complete_request", "a")
		if _, stale, _ := q.pop(); stale {
			t.Error("what has hardly waited is stale")
		}
		ask("complete_request", "a")
		time.Sleep(staleTime + time.Millisecond)
		for i, want := range []bool{false, false, true, false} {
			if _, stale, _ := q.pop(); stale != want {
				t.Errorf("question %d: stale is %v", i, stale)
			}
		}
		for range maxAsks {
			ask("x", "a")
		}
		if q.push(&request{}) {
			t.Error("a full queue took more")
		}
		q.close()
		if _, _, ok := q.pop(); ok || q.push(&request{}) {
			t.Error("a closed queue goes on")
		}
	})
}
