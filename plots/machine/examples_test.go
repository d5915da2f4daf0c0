package machine_test

import (
	"fmt"

	"songsong/plots/machine"
)

func ExampleRead() {
	here := machine.Read()
	fmt.Println(here.LogicalCores > 0, here.Cores() > 0)
	// Output: true true
}

func ExampleInfo_String() {
	fmt.Println(machine.Info{CPU: "AMD EPYC", PhysicalCores: 8, LogicalCores: 16, GoVersion: "go1.26.8", Arch: "linux/amd64"})
	// Output: AMD EPYC, 8 cores (16 threads), go1.26.8 linux/amd64
}

func ExampleBytes() {
	fmt.Println(machine.Bytes(32 << 10))
	// Output: 32 KiB
}
