package processes_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"songsong/helpers/processes"
)

func ctx() context.Context { return context.Background() }

func cube(n int) int { return n * n * n }

func half(_ context.Context, n int) (float64, error) {
	if n%2 != 0 {
		return 0, fmt.Errorf("%d is odd", n)
	}
	return float64(n) / 2, nil
}

func ExampleNewPlainPool() {
	pool, err := processes.NewPlainPool(ctx(), 2, cube)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(processes.Collect(pool.Map(ctx(), slices.Values([]int{1, 2, 3, 4}))))
	// Output: [1 8 27 64] <nil>
}

func ExampleNewPool() {
	pool, err := processes.NewPool(ctx(), 2, half)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	for r, err := range pool.Map(ctx(), slices.Values([]int{2, 3, 4})) {
		fmt.Println(r, err)
	}
	// Output:
	// 1 <nil>
	// 0 3 is odd
	// 2 <nil>
}

func ExamplePool_Submit() {
	pool, _ := processes.NewPlainPool(ctx(), 2, cube)
	defer pool.Close()
	future := pool.Submit(ctx(), 5)
	called := make(chan struct{})
	future.OnDone(func(f *processes.Future[int]) {
		fmt.Println("a callback")
		close(called)
	})
	<-called
	fmt.Println(future.Await(ctx()))
	// Output:
	// a callback
	// 125 <nil>
}

func ExamplePool_MapUnordered() {
	pool, _ := processes.NewPlainPool(ctx(), 2, cube)
	defer pool.Close()
	sum := 0
	for r := range pool.MapUnordered(ctx(), slices.Values([]int{1, 2, 3})) {
		sum += r
	}
	fmt.Println(sum)
	// Output: 36
}

func ExamplePool_IMap() {
	pool, _ := processes.NewPlainPool(ctx(), 2, cube)
	defer pool.Close()
	endless := func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
	for r := range pool.IMap(ctx(), endless, 8) { // reads 8 ahead
		if r > 100 {
			fmt.Println(r)
			break
		}
	}
	// Output: 125
}

func power(base, exponent int) int {
	p := 1
	for range exponent {
		p *= base
	}
	return p
}

func ExampleStarMap() {
	pool, _ := processes.NewStarPool(ctx(), 2, power)
	defer pool.Close()
	pairs := func(yield func(int, int) bool) { _ = yield(2, 10) && yield(3, 3) }
	fmt.Println(processes.Collect(processes.StarMap(ctx(), pool, pairs)))
	// Output: [1024 27] <nil>
}

func ExamplePool_Terminate() {
	pool, _ := processes.NewPool(ctx(), 1, slow)
	future := pool.Submit(ctx(), 60_000)
	pool.Terminate()
	_, err := future.Await(ctx())
	fmt.Println(err)
	// Output: processes: the pool is closed
}

func ExamplePool_Poisoned() {
	pool, _ := processes.NewPool(ctx(), 2, killSelf) // kill -9 of itself when it gets 7
	for range pool.Map(ctx(), slices.Values([]int{6, 7, 8})) {
	}
	pool.Close()
	for _, bad := range pool.Poisoned() {
		fmt.Println(bad.Arg, bad.Kills >= 3, bad.Reason)
	}
	// Output: 7 true signal: killed
}

func ExamplePool_Metrics() {
	pool, _ := processes.NewPlainPool(ctx(), 3, cube)
	defer pool.Close()
	pool.Submit(ctx(), 1).Await(ctx())
	m := pool.Metrics()
	fmt.Println(len(m.Workers), m.Workers[0].Name, m.Finished, m.Failed, m.Restarts)
	// Output: 3 Process-1 1 0 0
}

func ExampleAsCompleted() {
	pool, _ := processes.NewPool(ctx(), 2, slow) // sleeps n milliseconds
	defer pool.Close()
	a, b := pool.Submit(ctx(), 300), pool.Submit(ctx(), 1)
	for f := range processes.AsCompleted(ctx(), a, b) {
		fmt.Println(f.Result())
	}
	// Output:
	// 1 <nil>
	// 300 <nil>
}

func ExampleWait() {
	pool, _ := processes.NewPool(ctx(), 2, slow)
	defer pool.Terminate()
	done, pending, err := processes.Wait(ctx(), processes.FirstCompleted, pool.Submit(ctx(), 60_000), pool.Submit(ctx(), 1))
	fmt.Println(len(done), len(pending), err)
	// Output: 1 1 <nil>
}

func greet(_ context.Context, name string) error {
	fmt.Println("hello", name, "from", processes.WorkerName())
	return nil
}

func ExampleSpawn() {
	var printed bytes.Buffer
	p, err := processes.Spawn(ctx(), greet, "Khánh", processes.Output(&printed, os.Stderr))
	if err != nil {
		fmt.Println(err)
		return
	}
	err = p.Wait(ctx())
	code, ended := p.ExitCode()
	fmt.Print(printed.String())
	fmt.Println(err, code, ended)
	// Output:
	// hello Khánh from Process-1
	// <nil> 0 true
}

func ExampleStart() {
	p, err := processes.Start(ctx(), processes.Command{Path: "sh", Args: []string{"-c", "exit $CODE"}, Env: []string{"CODE=3"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Wait(ctx()))
	// Output: sh ended with exit code 3
}

func ExampleProcess_Signal() {
	p, _ := processes.Start(ctx(), processes.Command{Path: "sleep", Args: []string{"1000"}})
	p.Signal(syscall.SIGTERM)
	fmt.Println(p.Wait(ctx()))
	fmt.Println(p.ExitCode())
	// Output:
	// sleep was ended by signal 15 (terminated)
	// -15 true
}

func addOne(_ context.Context, v *processes.Value[int]) (int, error) { return v.Add(1), nil }

func ExampleNewValue() {
	counter, err := processes.NewValue(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer counter.Close()
	pool, _ := processes.NewPool(ctx(), 2, addOne)
	for range 100 {
		pool.Submit(ctx(), counter)
	}
	pool.Close()
	fmt.Println(counter.Load())
	// Output: 100
}

type setArg struct {
	Numbers *processes.Array[int]
	I       int
}

func setOne(_ context.Context, a setArg) (struct{}, error) {
	a.Numbers.Set(a.I, 1)
	return struct{}{}, nil
}

// A slice is not shared: the other process has a copy. An Array is.
func ExampleNewArray() {
	numbers, err := processes.NewArray[int](2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer numbers.Close()
	copy(numbers.Slice(), []int{-1, -1})
	pool, _ := processes.NewPool(ctx(), 2, setOne)
	pool.Submit(ctx(), setArg{numbers, 1})
	pool.Close()
	fmt.Println(numbers.Slice())
	// Output: [-1 1]
}

func ExampleNewLock() {
	lock, err := processes.NewLock()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lock.Close()
	lock.Lock()
	fmt.Println(lock.TryLock()) // not re-entrant
	lock.Unlock()
	// Output: false
}

func ExampleNewQueue() {
	in, _ := processes.NewQueue[int](0)
	out, _ := processes.NewQueue[int](0)
	defer in.Close()
	defer out.Close()
	p, _ := processes.Spawn(ctx(), squareAll, queueJob{in, out}) // puts the squares of what it gets
	for i := range 4 {
		in.Put(ctx(), i)
	}
	in.CloseInput()
	p.Wait(ctx())
	out.CloseInput()
	for v := range out.All(ctx()) {
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
	// 4
	// 9
}

func ExampleNewPipe() {
	here, there, _ := processes.NewPipe[string]()
	p, _ := processes.Spawn(ctx(), echo, there) // answers in capitals
	here.Send(ctx(), "xin chào")
	fmt.Println(here.Recv(ctx()))
	here.Close()
	p.Wait(ctx())
	// Output: XIN CHÀO <nil>
}

func ExampleManager_Register() {
	m, _ := processes.NewManager()
	defer m.Close()
	m.Register("Maths", new(Maths))
	var sum int
	err := m.Call(ctx(), "Maths.Add", Operands{4, 3}, &sum)
	fmt.Println(sum, err)
	// Output: 7 <nil>
}

func ExampleNewDict() {
	m, _ := processes.NewManager()
	defer m.Close()
	ages, _ := processes.NewDict[string, int](m)
	ages.Set("An", 30)
	ages.Update("An", func(old int, ok bool) int { return old + 1 })
	fmt.Println(ages.Get("An"))
	// Output: 31 true <nil>
}

func ExampleNewList() {
	m, _ := processes.NewManager()
	defer m.Close()
	l, _ := processes.NewList(m, 1, 2)
	l.Append(3)
	fmt.Println(l.Slice())
	// Output: [1 2 3] <nil>
}

func ExampleRegister() {
	pool, _ := processes.NewPool(ctx(), 1, registered) // a closure, registered in a package variable
	defer pool.Close()
	fmt.Println(pool.Submit(ctx(), 2).Await(ctx()))
	// Output: 7 <nil>
}

func ExampleTaskError() {
	pool, _ := processes.NewPlainPool(ctx(), 1, func(n int) int { return 1 / n })
	defer pool.Close()
	_, err := pool.Submit(ctx(), 0).Await(ctx())
	if te, ok := errors.AsType[*processes.TaskError](err); ok {
		fmt.Println(te.Message, "|", te.Type, "|", te.Worker, "|", te.Stack != "")
		fmt.Println(strings.Contains(fmt.Sprintf("%+v", err), "example_test.go:"))
	}
	// Output:
	// runtime error: integer divide by zero | runtime.errorString | Process-1 | true
	// true
}

func ExampleTimeout() {
	pool, _ := processes.NewPool(ctx(), 1, slow, processes.Timeout(20_000_000)) // 20 ms
	defer pool.Close()
	_, err := pool.Submit(ctx(), 60_000).Await(ctx())
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

func ExampleInWorker() {
	fmt.Println(processes.InWorker(), processes.WorkerName(), os.Getpid() != 0)
	// Output: false MainProcess true
}
