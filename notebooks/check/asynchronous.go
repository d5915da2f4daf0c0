package check

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Within checks exercise 1 of notebook 2-3: within must return f's text and
// true, or "" and false when d is over first, and then end f's context.
func Within(within func(d time.Duration, f func(ctx context.Context) string) (string, bool)) Verdict {
	if within == nil {
		return missing("within")
	}
	var text string
	var ok bool
	if v := try(func() {
		text, ok = within(2*time.Second, func(context.Context) string { return "quick" })
	}); v != nil {
		return *v
	}
	if text != "quick" || !ok {
		return notYet("f is quick, and you returned %q, %v", "f trả lời ngay, còn bạn trả về %q, %v", text, ok)
	}
	ended := make(chan struct{})
	let := make(chan struct{})
	defer close(let)
	if v := tryFor(2*time.Second, func() {
		text, ok = within(20*time.Millisecond, func(ctx context.Context) string {
			if ctx != nil {
				go func() { <-ctx.Done(); close(ended) }()
			}
			<-let
			return "late"
		})
	}); v != nil {
		return notYet("f does not end by itself, and you wait for it: look at the time too", "f không tự kết thúc mà bạn vẫn chờ nó: hãy để ý cả thời gian")
	}
	if text != "" || ok {
		return notYet("the time was over, and you returned %q, %v", "đã hết giờ, còn bạn trả về %q, %v", text, ok)
	}
	select {
	case <-ended:
	case <-time.After(time.Second):
		return notYet("the context of f did not end: f works on, for nobody", "context của f chưa kết thúc: f vẫn làm, mà chẳng cho ai")
	}
	return right("the caller goes on, and f is told to end", "nơi gọi đi tiếp, và f được báo dừng")
}

// Crawl checks exercise 2 of notebook 2-3: crawl must fetch every page that can
// be reached from start once, with at most limit calls at once, and return
// their number.
func Crawl(crawl func(start string, limit int, fetch func(page string) []string) int) Verdict {
	if crawl == nil {
		return missing("crawl")
	}
	const pages, limit = 25, 3
	var mu sync.Mutex
	fetched := map[string]int{}
	var now, most, got int
	fetch := func(page string) (links []string) {
		mu.Lock()
		fetched[page]++
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
		var n int
		if _, err := fmt.Sscanf(page, "page-%d", &n); err != nil {
			return nil
		}
		for _, to := range []int{2*n + 1, 2*n + 2, n / 2} {
			links = append(links, fmt.Sprintf("page-%d", to%pages))
		}
		return links
	}
	if v := try(func() { got = crawl("page-0", limit, fetch) }); v != nil {
		return *v
	}
	mu.Lock()
	defer mu.Unlock()
	for page, n := range fetched {
		if n > 1 {
			return notYet("%s was fetched %d times", "%s bị tải %d lần", page, n)
		}
	}
	switch {
	case len(fetched) != pages:
		return notYet("%d pages were fetched, and there are %d", "mới tải %d trang, mà có tất cả %d trang", len(fetched), pages)
	case got != pages:
		return notYet("you returned %d, and there are %d pages", "bạn trả về %d, mà có %d trang", got, pages)
	case most != limit:
		return notYet("at most %d were fetched at once; it should be %d", "lúc nhiều nhất có %d trang được tải; lẽ ra là %d", most, limit)
	}
	return right("every page once, and never too many at once", "mỗi trang một lần, và không bao giờ quá nhiều cùng lúc")
}
