package processes_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
	"songsong/helpers/processes"
)

func TestMain(m *testing.M) {
	processes.Main()
	goleak.VerifyTestMain(m)
	os.Exit(1) // not reached
}
