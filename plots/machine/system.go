package machine

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// readSystem reads what Linux shows under /proc, /sys and /etc of a file
// system. Where those don't exist (other systems) it finds nothing.
func (i *Info) readSystem(root fs.FS) {
	i.readCPU(root)
	i.readTopology(root)
	i.readCaches(root)
	i.readLimits(root)
	i.Governor = line(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	i.Turbo = turbo(root)
	i.Memory = kilobytes(field(text(root, "proc/meminfo"), "MemTotal"))
	i.OS = strings.Trim(field(strings.ReplaceAll(text(root, "etc/os-release"), "=", ":"), "PRETTY_NAME"), `"`)
	i.Kernel = line(root, "proc/sys/kernel/osrelease")
	if f := strings.Fields(text(root, "proc/loadavg")); len(f) > 0 {
		if load, err := strconv.ParseFloat(f[0], 64); err == nil {
			i.Load = load
		}
	}
	nodes, _ := fs.Glob(root, "sys/devices/system/node/node[0-9]*")
	i.NUMANodes = len(nodes)
}

// turbo reads Intel's no_turbo or the generic boost switch, which mean opposite
// things.
func turbo(root fs.FS) string {
	no, boost := line(root, "sys/devices/system/cpu/intel_pstate/no_turbo"), line(root, "sys/devices/system/cpu/cpufreq/boost")
	switch {
	case no == "0" || no == "" && boost == "1":
		return "on"
	case no == "1" || no == "" && boost == "0":
		return "off"
	}
	return ""
}

func (i *Info) readCPU(root fs.FS) {
	cpuinfo := text(root, "proc/cpuinfo")
	i.CPU = cleanModel(firstOf(field(cpuinfo, "model name"), field(cpuinfo, "Model"), field(cpuinfo, "cpu model")))
	i.Virtual = slices.Contains(strings.Fields(field(cpuinfo, "flags")), "hypervisor")
}

// cleanModel drops the trade marks and the "@ 2.60GHz" of a model name.
func cleanModel(s string) string {
	s, _, _ = strings.Cut(s, " @ ")
	for _, drop := range []string{"(R)", "(TM)", "(tm)", " CPU", " Processor"} {
		s = strings.ReplaceAll(s, drop, "")
	}
	return strings.Join(strings.Fields(s), " ")
}

// readTopology counts distinct (package, core) pairs.
func (i *Info) readTopology(root fs.FS) {
	cores, sockets := map[string]bool{}, map[string]bool{}
	dirs, _ := fs.Glob(root, "sys/devices/system/cpu/cpu[0-9]*/topology")
	for _, d := range dirs {
		socket := line(root, path.Join(d, "physical_package_id"))
		core := line(root, path.Join(d, "core_id"))
		if socket == "" || core == "" {
			continue
		}
		sockets[socket] = true
		cores[socket+"/"+core] = true
	}
	i.PhysicalCores, i.Sockets = len(cores), len(sockets)
}

func (i *Info) readCaches(root fs.FS) {
	dirs, _ := fs.Glob(root, "sys/devices/system/cpu/cpu0/cache/index[0-9]*")
	for _, d := range dirs {
		level, _ := strconv.Atoi(line(root, path.Join(d, "level")))
		size := line(root, path.Join(d, "size"))
		c := Cache{Level: level, Type: line(root, path.Join(d, "type")), Bytes: kilobytes(strings.TrimSuffix(size, "K") + " kB")}
		c.Shared = countList(line(root, path.Join(d, "shared_cpu_list")))
		if c.Bytes > 0 {
			i.Caches = append(i.Caches, c)
		}
	}
}

// readLimits reads the limits of this process's cgroup, version 2 or 1.
func (i *Info) readLimits(root fs.FS) {
	for _, dir := range []string{"sys/fs/cgroup" + cgroupPath(root), "sys/fs/cgroup"} {
		if f := strings.Fields(text(root, dir+"/cpu.max")); len(f) == 2 && f[0] != "max" && i.CPULimit == 0 {
			i.CPULimit = ratio(f[0], f[1])
		}
		if n, err := strconv.ParseUint(line(root, dir+"/memory.max"), 10, 64); err == nil && i.MemoryLimit == 0 {
			i.MemoryLimit = n
		}
	}
	if quota := line(root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us"); quota != "" && quota[0] != '-' && i.CPULimit == 0 {
		i.CPULimit = ratio(quota, line(root, "sys/fs/cgroup/cpu/cpu.cfs_period_us"))
	}
}

// cgroupPath returns the version-2 path of this process, or "".
func cgroupPath(root fs.FS) string {
	for l := range strings.Lines(text(root, "proc/self/cgroup")) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(l), "0::/"); ok && p != "" && fs.ValidPath(p) {
			return "/" + p
		}
	}
	return ""
}

func ratio(a, b string) float64 {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err1 != nil || err2 != nil || y == 0 {
		return 0
	}
	return x / y
}

func text(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil { // not there on this system: unknown
		return ""
	}
	return string(b)
}

func line(root fs.FS, name string) string { return strings.TrimSpace(text(root, name)) }

// field returns the value of the first "key: value" line.
func field(s, key string) string {
	for l := range strings.Lines(s) {
		if k, v, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func kilobytes(s string) uint64 {
	var n uint64
	if _, err := fmt.Sscanf(s, "%d kB", &n); err != nil {
		return 0
	}
	return n * 1024
}

// countList counts the numbers in a kernel list such as "0-3,8".
func countList(s string) int {
	n := 0
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			b, _ = strconv.Atoi(to)
		}
		n += max(0, b-a) + 1
	}
	return n
}

func firstOf(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}
