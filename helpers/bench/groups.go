package main

import "songsong/helpers/internal/ratio"

var groups = []group{
	{
		name: "thread", title: "Start one and wait for it",
		ways: func(scale float64) []ratio.Way { return threadWays(int(20_000 * scale)) },
		goals: []goal{
			{way: "threads.Go + Join", base: "goroutine", limit: 1.5},
			{way: "async.Go + Await", base: "goroutine"},
			{way: "Python threading.Thread", base: "threads.Go + Join", limit: 300, atLeast: true},
		},
	},
	{
		name: "crowd of threads", title: "Start a hundred and wait for them",
		ways: func(scale float64) []ratio.Way { return crowdWays(max(crowd, int(50_000*scale))) },
		goals: []goal{
			{way: "threads.Go, then Join", base: "goroutines"},
			{way: "Python threading.Threads", base: "threads.Go, then Join"},
		},
	},
	{
		name: "go", title: "A task nobody asks the result of (no-op, 2 workers)",
		ways: func(scale float64) []ratio.Way { return goWays(int(300_000 * scale)) },
		goals: []goal{
			{way: "pools.Go", base: "pond.Go", limit: 2},
			{way: "pools.Go, logged", base: "pools.Go"},
			{way: "errgroup", base: "pools.Go"},
		},
	},
	{
		name: "submit", title: "A task with a future (no-op, 2 workers), timed and guarded against panics",
		ways: func(scale float64) []ratio.Way { return submitWays(int(200_000 * scale)) },
		goals: []goal{
			{way: "pools.Submit", base: "pond.Submit", limit: 1.1},
			{way: "pools.Submit, logged", base: "pools.Submit"},
			{way: "Python ThreadPoolExecutor.submit", base: "pools.Submit", limit: 20, atLeast: true},
		},
	},
	{
		name: "map tiny", title: "Ordered map of a million tiny items (2 workers)",
		ways: func(scale float64) []ratio.Way { return mapWays(int(1_000_000*scale), tiny, tinyTask, true) },
		goals: []goal{
			{way: "pools.MapSlice", base: "static chunks", limit: 1.6},
			{way: "pools.Map", base: "static chunks", limit: 1.6},
			{way: "pools.Map", base: "static chunks over Seq", limit: 1.6},
			{way: "errgroup, by index", base: "pools.MapSlice", limit: 10, atLeast: true},
			{way: "errgroup, by index", base: "pools.Map", limit: 10, atLeast: true},
			{way: "pond group", base: "pools.Map", limit: 20, atLeast: true},
			{way: "lo/parallel.Map", base: "pools.Map", limit: 20, atLeast: true},
			{way: "Python ThreadPoolExecutor.map", base: "pools.Map", limit: 20, atLeast: true},
			{way: "Python multiprocessing.Pool.map", base: "pools.Map", limit: 20, atLeast: true},
		},
	},
	{
		name: "map medium", title: "Ordered map of items of about 10 µs (2 workers)",
		ways: func(scale float64) []ratio.Way { return mapWays(int(8_000*scale), medium, mediumTask, false) },
		goals: []goal{
			{way: "pools.MapSlice", base: "static chunks", limit: 1.03},
			{way: "pools.Map", base: "static chunks", limit: 1.03},
			{way: "plain loop", base: "pools.Map"},
		},
	},
}
