package durable_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

var namespaces = flag.Bool("netns", false, "test three hosts in network namespaces (needs root and ip)")

// Three hosts, each a network namespace with a server of a cluster and two
// workers. The third is cut off when a third of the tasks is done, for longer
// than AckWait, and comes back: nothing is lost and nothing has two results.
func TestHostCutOffAndBack(t *testing.T) {
	if !*namespaces {
		t.Skip("needs root and the ip command: go test -run CutOff -netns")
	}
	var exact []outcome
	for i := range *runs {
		t.Run(fmt.Sprint(i), func(t *testing.T) { exact = append(exact, cutOff(t)) })
	}
	if len(exact) > 0 {
		t.Log(row(exact))
	}
}

func cutOff(t *testing.T) outcome {
	hosts := makeHosts(t, 3)
	dir := t.TempDir()
	log := filepath.Join(dir, "executions")
	var routes, urls []string
	for _, h := range hosts {
		routes, urls = append(routes, "nats://"+h.ip+":6222"), append(urls, "nats://"+h.ip+":4222")
	}
	common := []string{"ROUTES=" + strings.Join(routes, ","), "URLS=" + strings.Join(urls, ","), "CLUSTER_PORT=6222", "PORT=4222", "LOG=" + log}
	run := func(h netHost, env ...string) *child {
		c := &child{t: t, pre: h.prefix(), env: append(append(env, "NAME="+h.name, "HOST="+h.ip, "DIR="+filepath.Join(dir, h.name)), common...)}
		c.start()
		t.Cleanup(c.kill)
		return c
	}
	var servers []*child
	for _, h := range hosts {
		servers = append(servers, run(h, "SONGSONG_TEST_SERVER=1"))
	}
	for _, s := range servers {
		s.line()
	}
	for _, h := range hosts[1:] {
		run(h, "SONGSONG_TEST_ROLE=worker").line() // ready
	}
	p := run(hosts[0], "SONGSONG_TEST_ROLE=pool", "TASKS="+strconv.Itoa(*tasks))
	p.line() // a third
	hosts[2].link("down")
	cut := time.Now()
	time.Sleep(cutFor)
	hosts[2].link("up")
	back := time.Now()
	if said := p.line(); said != fmt.Sprint(*tasks, " exact") {
		t.Fatal(said)
	}
	took := time.Since(cut)
	ran, again := executions(t, log)
	if ran != *tasks {
		t.Fatalf("%d of %d tasks were executed", ran, *tasks)
	}
	during, after := startedOn(t, log+"."+hosts[2].name, cut, back)
	t.Logf("exact: %d tasks, %d executed again; the host that was cut off for %v started %d meanwhile and %d afterwards", ran, again, cutFor, during, after)
	if after == 0 {
		t.Error("the host did not come back")
	}
	return outcome{again: again, took: took, beyond: max(took-cutFor, 0)}
}

// cutFor is longer than the AckWait of poolOfHosts.
const cutFor = 4 * time.Second

// onHost is the task: 10 ms of work, its execution logged twice.
func onHost(_ context.Context, j logJob) (int, error) {
	if err := appendLine(j.Log+"."+os.Getenv("NAME"), fmt.Sprint(time.Now().UnixNano())); err != nil {
		return 0, err
	}
	time.Sleep(10 * time.Millisecond)
	return logged(context.Background(), j)
}

// startedOn counts the executions a host logged between two times, and after the second.
func startedOn(t *testing.T, log string, from, to time.Time) (during, after int) {
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		switch at := time.Unix(0, ns); {
		case at.After(to):
			after++
		case at.After(from):
			during++
		}
	}
	return during, after
}

// poolOfHosts is the program on the first host.
func poolOfHosts() {
	endWithTest()
	n, err := strconv.Atoi(os.Getenv("TASKS"))
	check(err)
	var p *processes.Pool[logJob, int]
	for range 30 { // until the cluster has elected
		opt := durable.Cluster(os.Getenv("URLS"), durable.Credentials{Token: token}, durable.Replicas(3), durable.AckWait(2*time.Second))
		if p, err = processes.NewPool(context.Background(), 2, onHost, opt); err == nil {
			break
		}
		time.Sleep(time.Second)
	}
	check(err)
	var futures []*processes.Future[int]
	for i := range n {
		futures = append(futures, p.Submit(context.Background(), logJob{i, os.Getenv("LOG")}))
	}
	for p.Metrics().Finished < n/3 {
		time.Sleep(2 * time.Millisecond)
	}
	fmt.Println("a third")
	for i, f := range futures {
		if r, err := f.Await(context.Background()); err != nil || r != i*i {
			check(fmt.Errorf("task %d: %d, %v", i, r, err))
		}
	}
	if m := p.Metrics(); m.Finished != n || m.Failed != 0 {
		check(fmt.Errorf("%+v", m))
	}
	fmt.Println(n, "exact")
	p.Close()
	os.Exit(0)
}

// workerOfHosts is "songsong worker" on another host.
func workerOfHosts() {
	endWithTest()
	j := durable.Join{URL: os.Getenv("URLS"), Creds: durable.Credentials{Token: token}, Workers: 2, Cache: os.Getenv("DIR"),
		Log: func(format string, args ...any) { fmt.Printf(format+"\n", args...) }}
	check(j.Run(context.Background()))
	os.Exit(0)
}

// A netHost is a network namespace, joined to the others by a bridge.
type netHost struct {
	t        *testing.T
	name, ip string
	hub      string // the namespace of the bridge
}

func (h netHost) prefix() []string { return []string{"ip", "netns", "exec", h.name} }

// link pulls the host's plug at the bridge, or puts it in.
func (h netHost) link(state string) { ip(h.t, "-n", h.hub, "link", "set", h.name, state) }

// makeHosts makes namespaces that can reach each other and nothing else. They
// are removed at the test's end, or, if that was killed, by the next one.
func makeHosts(t *testing.T, n int) (hosts []netHost) {
	removeOldHosts(t)
	add := func(name string) string {
		name = fmt.Sprintf("ss%d%s", os.Getpid(), name)
		ip(t, "netns", "add", name)
		t.Cleanup(func() { ip(t, "netns", "del", name) })
		return name
	}
	hub := add("hub")
	ip(t, "-n", hub, "link", "add", "br0", "type", "bridge")
	ip(t, "-n", hub, "link", "set", "br0", "up")
	for i := range n {
		h := netHost{t: t, name: add(fmt.Sprint("h", i+1)), ip: fmt.Sprintf("10.77.0.%d", i+1), hub: hub}
		ip(t, "-n", hub, "link", "add", h.name, "type", "veth", "peer", "name", "eth0", "netns", h.name)
		ip(t, "-n", hub, "link", "set", h.name, "master", "br0", "up")
		ip(t, "-n", h.name, "addr", "add", h.ip+"/24", "dev", "eth0")
		ip(t, "-n", h.name, "link", "set", "eth0", "up")
		ip(t, "-n", h.name, "link", "set", "lo", "up")
		hosts = append(hosts, h)
	}
	return hosts
}

var hostName = regexp.MustCompile(`(?m)^ss(\d+)(hub|h\d+)\b`)

func removeOldHosts(t *testing.T) {
	for _, m := range hostName.FindAllStringSubmatch(ip(t, "netns", "list"), -1) {
		if _, err := os.Stat("/proc/" + m[1]); err != nil {
			ip(t, "netns", "del", m[0])
		}
	}
}

func ip(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
