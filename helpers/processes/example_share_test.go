package processes_test

import (
	"context"
	"fmt"
	"os"

	"songsong/helpers/processes"
)

func ExampleValue() {
	var v *processes.Value[int32]
	v, err := processes.NewValue[int32](5)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.Close()
	fmt.Println(v.Add(2), v.Swap(10), v.CompareAndSwap(10, 11), v.Load())
	v.Store(1)
	fmt.Println(v.Load())
	// Output:
	// 7 7 true 11
	// 1
}

// sum is for any type of number that a Value can hold.
func sum[T processes.Number](numbers *processes.Array[T]) (total T) {
	for i := range numbers.Len() {
		total += numbers.At(i)
	}
	return total
}

func sumOf(_ context.Context, numbers *processes.Array[float64]) (float64, error) {
	numbers.Lock().Lock() // the same lock in every process
	defer numbers.Lock().Unlock()
	return sum(numbers), nil
}

func ExampleArray() {
	numbers, err := processes.NewArray[float64](3)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer numbers.Close()
	for i := range numbers.All() {
		numbers.Set(i, float64(i)/2)
	}
	pool, _ := processes.NewPool(ctx(), 1, sumOf)
	defer pool.Close()
	fmt.Println(pool.Submit(ctx(), numbers).Await(ctx()))
	// Output: 1.5 <nil>
}

func ExampleLock_LockContext() {
	lock, err := processes.NewLock()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lock.Close()
	lock.Lock()
	defer lock.Unlock()
	soon, cancel := context.WithTimeout(ctx(), 1)
	defer cancel()
	fmt.Println(lock.LockContext(soon))
	// Output: context deadline exceeded
}

func ExampleQueue() {
	var q *processes.Queue[string]
	q, err := processes.NewQueue[string](10)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer q.Close()
	q.Put(ctx(), "a")
	q.Put(ctx(), "b")
	fmt.Println(q.Len())
	fmt.Println(q.Get(ctx()))
	q.TaskDone()
	fmt.Println(q.TryGet())
	q.TaskDone()
	fmt.Println(q.TryGet())
	fmt.Println(q.Join(ctx())) // everything put was dealt with
	// Output:
	// 2
	// a <nil>
	// b true <nil>
	//  false <nil>
	// <nil>
}

// A handle can go to any process of this machine, as an argument or in its
// environment.
func ExampleConn() {
	here, there, err := processes.NewPipe[int]()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer here.Close()
	handle, _ := there.MarshalText()
	os.Setenv("PIPE", string(handle))
	var end processes.Conn[int] // as the other process would
	fmt.Println(end.UnmarshalText([]byte(os.Getenv("PIPE"))))
	end.Send(ctx(), 42)
	fmt.Println(here.Recv(ctx()))
	// Output:
	// <nil>
	// 42 <nil>
}

func ExampleDict() {
	var m *processes.Manager
	m, err := processes.NewManager()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	var ages *processes.Dict[string, int]
	ages, _ = processes.NewDict[string, int](m)
	ages.Set("An", 30)
	ages.Set("Bình", 25)
	items, _ := ages.Items()
	for name, age := range items {
		fmt.Println(name, age)
	}
	fmt.Println(ages.Delete("An"))
	fmt.Println(ages.Len())
	// Output:
	// An 30
	// Bình 25
	// 30 true <nil>
	// 1 <nil>
}

func ExampleList() {
	m, err := processes.NewManager()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	var l *processes.List[int]
	l, _ = processes.NewList(m, 1, 2, 3)
	l.Set(0, 10)
	l.Update(1, func(n int) int { return n * 10 })
	fmt.Println(l.Pop())
	fmt.Println(l.At(1))
	fmt.Println(l.Len())
	// Output:
	// 3 true <nil>
	// 20 <nil>
	// 2 <nil>
}
