package machine

import (
	"strings"
	"testing"
	"testing/fstest"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s + "\n")} }

// laptop is a Linux machine with two cores of two threads, in a cgroup of 1.5.
var laptop = fstest.MapFS{
	"proc/cpuinfo":                            file("processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-6300U CPU @ 2.40GHz\nflags\t\t: fpu hypervisor sse"),
	"proc/meminfo":                            file("MemTotal:        8036096 kB\nMemFree: 1 kB"),
	"proc/loadavg":                            file("0.52 0.58 0.59 1/467 12345"),
	"proc/self/cgroup":                        file("0::/user.slice/app"),
	"proc/sys/kernel/osrelease":               file("6.1.0-18-amd64"),
	"etc/os-release":                          file("NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\""),
	"sys/fs/cgroup/user.slice/app/cpu.max":    file("150000 100000"),
	"sys/fs/cgroup/user.slice/app/memory.max": file("1073741824"),
	"sys/devices/system/cpu/cpu0/topology/physical_package_id": file("0"),
	"sys/devices/system/cpu/cpu0/topology/core_id":             file("0"),
	"sys/devices/system/cpu/cpu1/topology/physical_package_id": file("0"),
	"sys/devices/system/cpu/cpu1/topology/core_id":             file("1"),
	"sys/devices/system/cpu/cpu2/topology/physical_package_id": file("0"),
	"sys/devices/system/cpu/cpu2/topology/core_id":             file("0"),
	"sys/devices/system/cpu/cpu3/topology/physical_package_id": file("0"),
	"sys/devices/system/cpu/cpu3/topology/core_id":             file("1"),
	"sys/devices/system/cpu/cpu0/cache/index0/level":           file("1"),
	"sys/devices/system/cpu/cpu0/cache/index0/type":            file("Data"),
	"sys/devices/system/cpu/cpu0/cache/index0/size":            file("32K"),
	"sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list": file("0,2"),
	"sys/devices/system/cpu/cpu0/cache/index3/level":           file("3"),
	"sys/devices/system/cpu/cpu0/cache/index3/type":            file("Unified"),
	"sys/devices/system/cpu/cpu0/cache/index3/size":            file("3072K"),
	"sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list": file("0-3"),
	"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":     file("powersave"),
	"sys/devices/system/cpu/intel_pstate/no_turbo":             file("0"),
	"sys/devices/system/node/node0/cpulist":                    file("0-3"),
}

func TestReadSystem(t *testing.T) {
	i := Info{LogicalCores: 4, GoVersion: "go1.26.8", Arch: "linux/amd64", Load: -1}
	i.readSystem(laptop)
	if i.CPU != "Intel Core i5-6300U" || i.PhysicalCores != 2 || i.Sockets != 1 || i.NUMANodes != 1 || !i.Virtual {
		t.Errorf("processor %+v", i)
	}
	if i.Memory != 8036096*1024 || i.OS != "Debian GNU/Linux 12 (bookworm)" || i.Kernel != "6.1.0-18-amd64" || i.Load != 0.52 {
		t.Errorf("system %+v", i)
	}
	if i.CPULimit != 1.5 || i.MemoryLimit != 1<<30 || i.Cores() != 2 || i.Governor != "powersave" || i.Turbo != "on" {
		t.Errorf("limits %+v, cores %d", i, i.Cores())
	}
	if len(i.Caches) != 2 || i.Caches[0].String() != "L1d 32 KiB" || i.Caches[1].Shared != 4 || i.Caches[1].String() != "L3 3 MiB" {
		t.Errorf("caches %v", i.Caches)
	}
	if facts := i.Facts(); len(facts) < 14 || facts[0] != (Fact{"CPU", "Intel Core i5-6300U"}) {
		t.Errorf("facts %v", facts)
	}
	if got := i.String(); got != "Intel Core i5-6300U, 2 cores (4 threads), go1.26.8 linux/amd64" {
		t.Errorf("summary %q", got)
	}
}

func TestReadSystemThatTellsNothing(t *testing.T) {
	i := Info{LogicalCores: 8, Load: -1}
	i.readSystem(fstest.MapFS{})
	if i.CPU != "" || i.PhysicalCores != 0 || i.CPULimit != 0 || i.Load != -1 || i.Cores() != 8 {
		t.Errorf("out of nothing came %+v", i)
	}
}

func TestReadHere(t *testing.T) {
	i := Read()
	if i.LogicalCores < 1 || i.GOMAXPROCS < 1 || !strings.HasPrefix(i.GoVersion, "go") && !strings.HasPrefix(i.GoVersion, "devel") || i.Arch == "" {
		t.Errorf("this machine is %+v", i)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 512: "512 B", 1536: "1.5 KiB", 1 << 30: "1 GiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
