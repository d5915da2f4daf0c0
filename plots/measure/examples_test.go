package measure_test

import (
	"context"
	"fmt"
	"time"

	"songsong/plots/measure"
)

func ExampleSpeedup() {
	r := measure.Speedup(context.Background(), []int{1, 2}, func(workers int) {
		time.Sleep(40 * time.Millisecond / time.Duration(workers))
	}, measure.Budget(200*time.Millisecond))
	s, _ := r.Speedup(0, 2)
	fmt.Println("about twice as fast:", s.Median > 1.4 && s.Median < 2.6)
	// Output: about twice as fast: true
}

func ExampleWeak() {
	r := measure.Weak(context.Background(), []int{1, 2}, func(int) { time.Sleep(20 * time.Millisecond) },
		measure.Budget(100*time.Millisecond))
	s, _ := r.Speedup(0, 2)
	fmt.Println("twice the work in the same time:", s.Median > 1.3 && s.Median < 3)
	// Output: twice the work in the same time: true
}

func ExampleCosts() {
	costs := measure.Costs(context.Background(), []measure.Operation{
		measure.Op("short", func() { time.Sleep(time.Millisecond) }),
		measure.Op("long", func() { time.Sleep(5 * time.Millisecond) }),
	}, measure.Budget(100*time.Millisecond))
	ratio, err := costs.Ratio("long", "short")
	fmt.Println(err, ratio.Median > 1.5 && ratio.Median < 8)
	// Output: <nil> true
}

func ExampleSamples_AddJSON() {
	var costs measure.Samples
	python := `{"name": "Python: thread", "seconds": [6.1e-5, 5.8e-5, 6.0e-5]}`
	fmt.Println(costs.AddJSON([]byte(python)))
	fmt.Println(costs.Items[0].Group(), costs.Items[0].Summary().Median)
	// Output:
	// <nil>
	// Python 6e-05
}

func ExampleScaling_AddJSON() {
	var r measure.Scaling
	python := `{"name": "Python threads", "points": [{"workers": 1, "seconds": [2.0]}, {"workers": 2, "seconds": [2.0]}]}`
	fmt.Println(r.AddJSON([]byte(python)))
	s, _ := r.Speedup(0, 2)
	fmt.Println(s.Median)
	// Output:
	// <nil>
	// 1
}

func ExampleSummarize() {
	s := measure.Summarize([]float64{1.1, 1.0, 1.2, 1.1, 9.9, 1.0, 1.1, 1.2, 1.0})
	fmt.Printf("%.1f [%.1f, %.1f], n = %d\n", s.Median, s.Lo, s.Hi, s.N)
	// Output: 1.1 [1.0, 1.2], n = 9
}
