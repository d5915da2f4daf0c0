package check_test

import (
	"testing"

	"songsong/notebooks/check"
)

func TestCountTogether(t *testing.T) {
	expect(t, "nil", check.CountTogether(nil), check.Missing, "countTogether")
	expect(t, "lost", check.CountTogether(func(w, n int) int { return w*n - 1 }), check.NotYet, "the sum is 5999")
	expect(t, "here", check.CountTogether(func(w, n int) int { return w * n }), check.NotYet, "no other process")
}

func TestTransfers(t *testing.T) {
	expect(t, "nil", check.Transfers(nil), check.Missing, "transfers")
	expect(t, "lost", check.Transfers(func(int) (int, int) { return 100, 99 }), check.NotYet, "yours hold 100 and 99")
	expect(t, "here", check.Transfers(func(int) (int, int) { return 100, 100 }), check.NotYet, "no other process")
}
