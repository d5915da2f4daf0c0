package jupyter

import (
	"os"
	"sync"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"
)

// A usageReply answers usage_request, ipykernel's extension that
// jupyter-resource-usage shows in JupyterLab: what the kernel and all processes
// under it use. Processor use is in percent of one processor since the last
// request, memory in bytes.
type usageReply struct {
	Status        string                 `json:"status"`
	Hostname      string                 `json:"hostname"`
	PID           int                    `json:"pid"`
	KernelCPU     float64                `json:"kernel_cpu"`
	KernelMemory  uint64                 `json:"kernel_memory"`
	HostCPU       float64                `json:"host_cpu_percent"`
	CPUCount      int                    `json:"cpu_count"`
	VirtualMemory *mem.VirtualMemoryStat `json:"host_virtual_memory"`
}

// A usage remembers the processes of the last request, since their use of the
// processor is counted from it.
type usage struct {
	mu    sync.Mutex
	known map[int32]*process.Process
}

func (s *Server) usageRequest(_ *request, _ struct{}) (any, error) {
	r := usageReply{Status: "ok", PID: os.Getpid()}
	r.Hostname, _ = os.Hostname()
	r.CPUCount, _ = cpu.Counts(true)
	if host, err := cpu.Percent(0, false); err == nil && len(host) == 1 {
		r.HostCPU = host[0]
	}
	var err error
	if r.VirtualMemory, err = mem.VirtualMemory(); err != nil {
		return nil, err
	}
	r.KernelCPU, r.KernelMemory, err = s.usage.read()
	return r, err
}

// read sums up this process and those under it. One that ends meanwhile counts nothing.
func (u *usage) read() (percent float64, bytes uint64, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	self, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		return 0, 0, err
	}
	known := map[int32]*process.Process{}
	for list := []*process.Process{self}; len(list) > 0; list = list[1:] {
		p := list[0]
		if old := u.known[p.Pid]; old != nil {
			p = old
		}
		known[p.Pid] = p
		if c, err := p.Percent(0); err == nil {
			percent += c
		}
		if m, err := p.MemoryInfo(); err == nil {
			bytes += m.RSS
		}
		children, _ := p.Children()
		list = append(list, children...)
	}
	u.known = known
	return percent, bytes, nil
}
