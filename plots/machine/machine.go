// Package machine says what a measurement ran on: processor, cores, caches,
// memory, limits, operating system, Go version and load.
//
// Start with [Read]; [Info.String] is the one-line summary that stands under a
// figure. What the system doesn't tell is left zero, never guessed. Linux tells
// most; elsewhere only what Go's runtime knows.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Info is a machine at a moment. Zero means unknown.
type Info struct {
	CPU           string   // model name, such as "AMD EPYC"
	Sockets       int      // processor packages
	PhysicalCores int      // cores, counting SMT siblings once
	LogicalCores  int      // what the operating system schedules on
	NUMANodes     int      //
	Caches        []Cache  // of core 0, smallest level first
	Memory        uint64   // bytes of RAM
	Governor      string   // frequency governor of core 0, such as "performance"
	Turbo         string   // "on", "off" or ""
	Virtual       bool     // the processor says it runs under a hypervisor
	OS            string   // such as "Debian GNU/Linux 12 (bookworm)"
	Kernel        string   // such as "6.1.0"
	GoVersion     string   // such as "go1.26.8"
	Arch          string   // GOOS/GOARCH, such as "linux/amd64"
	Level         string   // micro-architecture level of the build, such as "GOAMD64=v1"
	GOMAXPROCS    int      // at the time of reading
	CPULimit      float64  // cores the cgroup allows; 0 is no limit
	MemoryLimit   uint64   // bytes the cgroup allows; 0 is no limit
	Load          float64  // 1-minute load average; negative where unknown
	BuildFlags    []string // such as "-race=true"
}

// A Cache is one cache of core 0.
type Cache struct {
	Level  int
	Type   string // Data, Instruction or Unified
	Bytes  uint64
	Shared int // logical cores that share it
}

// String is, for example, "L2 512 KiB".
func (c Cache) String() string {
	kind := map[string]string{"Data": "d", "Instruction": "i"}[c.Type]
	return fmt.Sprintf("L%d%s %s", c.Level, kind, Bytes(c.Bytes))
}

// Read looks at the machine now. It costs about a millisecond on Linux (some
// forty small files under /proc and /sys).
func Read() Info {
	info := Info{
		LogicalCores: runtime.NumCPU(),
		GoVersion:    strings.Fields(runtime.Version())[0],
		Arch:         runtime.GOOS + "/" + runtime.GOARCH,
		GOMAXPROCS:   runtime.GOMAXPROCS(0),
		Load:         -1,
	}
	info.readBuild()
	info.readSystem(os.DirFS("/"))
	return info
}

func (i *Info) readBuild() {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, s := range build.Settings {
		switch {
		case s.Key == "GO"+strings.ToUpper(runtime.GOARCH):
			i.Level = s.Key + "=" + s.Value
		case s.Key == "-race", s.Key == "-gcflags", s.Key == "-ldflags", s.Key == "-tags":
			i.BuildFlags = append(i.BuildFlags, s.Key+"="+s.Value)
		}
	}
}

// Cores returns how many workers can really run at once: physical cores if
// known, else logical ones, and never more than the cgroup's limit rounded up.
func (i Info) Cores() int {
	n := i.PhysicalCores
	if n == 0 {
		n = i.LogicalCores
	}
	if i.CPULimit > 0 {
		n = min(n, max(1, int(i.CPULimit+0.999)))
	}
	return n
}

// String is the summary under a figure, such as
// "AMD EPYC, 2 cores, go1.26.8 linux/amd64".
func (i Info) String() string {
	parts := []string{}
	if i.CPU != "" {
		parts = append(parts, i.CPU)
	}
	cores := fmt.Sprintf("%d cores", i.LogicalCores)
	if i.PhysicalCores > 0 && i.PhysicalCores != i.LogicalCores {
		cores = fmt.Sprintf("%d cores (%d threads)", i.PhysicalCores, i.LogicalCores)
	}
	return strings.Join(append(parts, cores, i.GoVersion+" "+i.Arch), ", ")
}

// Bytes writes a size with a binary prefix, such as "512 KiB" or "1.5 GiB".
func Bytes(n uint64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	x, u := float64(n), 0
	for x >= 1024 && u < len(units)-1 {
		x, u = x/1024, u+1
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") + " " + units[u]
}

// A Fact is one line of an environment box.
type Fact struct {
	Name, Value string
}

// Facts lists what is known, for the environment box of a report.
func (i Info) Facts() []Fact {
	var out []Fact
	add := func(name, value string, known bool) {
		if known {
			out = append(out, Fact{name, value})
		}
	}
	number := strconv.Itoa
	add("CPU", i.CPU, i.CPU != "")
	add("Sockets", number(i.Sockets), i.Sockets > 0)
	add("Physical cores", number(i.PhysicalCores), i.PhysicalCores > 0)
	add("Logical cores", number(i.LogicalCores), i.LogicalCores > 0)
	add("NUMA nodes", number(i.NUMANodes), i.NUMANodes > 0)
	for _, c := range i.Caches {
		add("Cache", fmt.Sprintf("%v, shared by %d", c, c.Shared), true)
	}
	add("Memory", Bytes(i.Memory), i.Memory > 0)
	add("Frequency governor", i.Governor, i.Governor != "")
	add("Turbo", i.Turbo, i.Turbo != "")
	add("Hypervisor", "yes", i.Virtual)
	add("CPU limit", fmt.Sprintf("%.2f cores", i.CPULimit), i.CPULimit > 0)
	add("Memory limit", Bytes(i.MemoryLimit), i.MemoryLimit > 0)
	add("Operating system", i.OS, i.OS != "")
	add("Kernel", i.Kernel, i.Kernel != "")
	add("Go", i.GoVersion+" "+i.Arch, i.GoVersion != "")
	add("Build", strings.Join(append([]string{i.Level}, i.BuildFlags...), " "), i.Level != "")
	add("GOMAXPROCS", number(i.GOMAXPROCS), i.GOMAXPROCS > 0)
	add("Load", fmt.Sprintf("%.2f", i.Load), i.Load >= 0)
	return out
}
