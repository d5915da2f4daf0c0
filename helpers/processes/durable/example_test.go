package durable_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

// The same pool as without the option: tasks and results lie in the directory
// until the pool's end.
func ExampleLocal() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(dir)
	pool, err := processes.NewPool(ctx, 2, square, durable.Local(dir))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(processes.Collect(pool.Map(ctx, slices.Values([]int{1, 2, 3}))))
	// Output: [1 4 9] <nil>
}

// A named job keeps its results: the second pool runs nothing.
func ExampleJob() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(dir)
	for range 2 {
		pool, err := processes.NewPool(ctx, 1, logged, durable.Local(dir+"/store", durable.Job("squares")))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(processes.Collect(pool.Map(ctx, slices.Values([]logJob{{2, dir + "/log"}, {3, dir + "/log"}}))))
		pool.Close()
	}
	log, _ := os.ReadFile(dir + "/log") // one line for each execution
	fmt.Printf("%q\n", log)
	fmt.Println(durable.Remove(dir+"/store", "squares"))
	// Output:
	// [4 9] <nil>
	// [4 9] <nil>
	// "2\n3\n"
	// <nil>
}

// Tasks go through the servers at the URL; hosts that have joined run them too.
// A real cluster has three servers, TLS and Replicas(3).
func ExampleCluster() {
	ctx := context.Background()
	url, stop := serverForExample()
	defer stop()
	set := []durable.Setting{durable.Replicas(1), durable.AckWait(2 * time.Second)}
	pool, err := processes.NewPool(ctx, 2, square, durable.Cluster(url, durable.Credentials{Token: token}, set...))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(pool.Submit(ctx, 12).Await(ctx))
	// Output: 144 <nil>
}

// The pool's own machine runs nothing; another, here the same, does.
func ExampleRemoteOnly() {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	url, stop := serverForExample()
	defer stop()
	creds := durable.Credentials{Token: token}
	cache, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(cache)
	go durable.Join{URL: url, Creds: creds, Workers: 1, Cache: cache}.Run(ctx) // "songsong worker URL"
	pool, err := processes.NewPool(ctx, 1, square, durable.Cluster(url, creds, durable.RemoteOnly()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(pool.Submit(ctx, 7).Await(ctx))
	// Output: 49 <nil>
}

func ExampleSurvivePowerLoss() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(dir)
	pool, err := processes.NewPool(ctx, 1, square, durable.Local(dir, durable.SurvivePowerLoss()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(pool.Submit(ctx, 8).Await(ctx))
	// Output: 64 <nil>
}

// serverForExample is a server on this machine; see ExampleServer.
func serverForExample() (url string, stop func()) {
	dir, _ := os.MkdirTemp("", "songsong-example-")
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string), make(chan error, 1)
	go func() {
		ended <- durable.Server{Dir: dir, Token: token}.Run(ctx, func(url string) { ready <- url })
	}()
	return <-ready, func() {
		cancel()
		<-ended
		os.RemoveAll(dir)
	}
}

// A server for the pools and hosts of other machines, which Host lets in.
func ExampleServer() {
	dir, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	server := durable.Server{Host: "127.0.0.1", Dir: dir, Token: token}
	err := server.Run(ctx, func(url string) {
		fmt.Println(strings.HasPrefix(url, "nats://127.0.0.1:"))
		stop()
	})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

// What happens to a pool when its only server is killed, and comes back.
func ExampleLoopback() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "songsong-example-")
	defer os.RemoveAll(dir)
	var servers *durable.Loopback
	servers, err := durable.NewLoopback(ctx, 1, dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer servers.Close()
	pool, err := processes.NewPool(ctx, 1, square, durable.Cluster(servers.URL, servers.Creds))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(servers.Leader(ctx))
	servers.Kill(0)
	future := pool.Submit(ctx, 9) // waits
	servers.Start(0)
	fmt.Println(future.Await(ctx))
	// Output:
	// 0 <nil>
	// 81 <nil>
}

// What "songsong worker" does.
func ExampleJoin() {
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	err := durable.Join{URL: "nats://127.0.0.1:1", Workers: 2}.Run(ctx)
	fmt.Println(err)
	// Output: durable: can't connect to nats://127.0.0.1:1: nats: no servers available for connection
}
