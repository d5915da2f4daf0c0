package check_test

import (
	"context"
	"testing"
	"time"

	"songsong/notebooks/check"
)

func TestWithin(t *testing.T) {
	within := func(cancels, waits bool) func(time.Duration, func(context.Context) string) (string, bool) {
		return func(d time.Duration, f func(context.Context) string) (string, bool) {
			ctx := context.Background()
			if cancels {
				limited, cancel := context.WithTimeout(ctx, d)
				defer cancel()
				ctx = limited
			}
			answer := make(chan string, 1)
			go func() { answer <- f(ctx) }()
			if waits {
				d = time.Hour
			}
			select {
			case text := <-answer:
				return text, true
			case <-time.After(d):
				return "", false
			}
		}
	}
	expect(t, "nil", check.Within(nil), check.Missing, "within")
	expect(t, "waits", check.Within(within(true, true)), check.NotYet, "you wait for it")
	expect(t, "forgets", check.Within(within(false, false)), check.NotYet, "did not end")
	expect(t, "right", check.Within(within(true, false)), check.Right, "")
}

func TestCrawl(t *testing.T) {
	expect(t, "nil", check.Crawl(nil), check.Missing, "crawl")
	expect(t, "one page", check.Crawl(func(start string, _ int, fetch func(string) []string) int {
		fetch(start)
		return 1
	}), check.NotYet, "1 pages were fetched")
	expect(t, "twice", check.Crawl(func(start string, _ int, fetch func(string) []string) int {
		fetch(start)
		fetch(start)
		return 1
	}), check.NotYet, "fetched 2 times")
	alone := func(start string, _ int, fetch func(string) []string) int {
		seen, todo := map[string]bool{start: true}, []string{start}
		for len(todo) > 0 {
			page := todo[0]
			todo = todo[1:]
			for _, link := range fetch(page) {
				if !seen[link] {
					seen[link] = true
					todo = append(todo, link)
				}
			}
		}
		return len(seen)
	}
	expect(t, "one at a time", check.Crawl(alone), check.NotYet, "at most 1")
}
