package check

import (
	"maps"
	"slices"
	"strings"
)

// SharedSquares checks exercise 1 of notebook 3-3: squares must return i·i for
// i below n, set by another process in a shared array.
func SharedSquares(squares func(n int) []int) Verdict {
	if squares == nil {
		return missing("sharedSquares")
	}
	const n = 10
	before, known := childFaults()
	var got []int
	if v := tryFor(4*patience, func() { got = squares(n) }); v != nil {
		return *v
	}
	if len(got) != n {
		return notYet("there should be %d numbers, and you returned %d", "lẽ ra có %d số, còn bạn trả về %d", n, len(got))
	}
	for i, x := range got {
		if x != i*i {
			return notYet("number %d should be %d, and is %d", "số thứ %d lẽ ra là %d, mà lại là %d", i, i*i, x)
		}
	}
	if after, _ := childFaults(); known && after == before {
		return notYet("no other process did the work", "không có tiến trình nào khác làm việc này")
	}
	return right("another process wrote, and you read the same memory", "tiến trình khác ghi, còn bạn đọc cùng vùng nhớ ấy")
}

// CountWords checks exercise 2 of notebook 3-3: count must count the words of
// all lines, in other processes.
func CountWords(count func(lines []string) map[string]int) Verdict {
	if count == nil {
		return missing("countWords")
	}
	lines := slices.Repeat([]string{"song song", "một hai ba song", "hai ba hai"}, 8)
	want := map[string]int{}
	for _, w := range strings.Fields(strings.Join(lines, " ")) {
		want[w]++
	}
	before, known := childFaults()
	var got map[string]int
	if v := tryFor(4*patience, func() { got = count(lines) }); v != nil {
		return *v
	}
	for _, w := range slices.Sorted(maps.Keys(want)) {
		if got[w] != want[w] {
			return notYet("the word %q comes %d times, and you returned %d (is reading and writing one step?)",
				"từ %q xuất hiện %d lần, còn bạn trả về %d (đọc và ghi có phải là một bước không?)", w, want[w], got[w])
		}
	}
	if after, _ := childFaults(); known && after == before {
		return notYet("no other process did the work", "không có tiến trình nào khác làm việc này")
	}
	return right("no count was lost, though two processes met at a word", "không mất lượt đếm nào, dù hai tiến trình gặp nhau ở cùng một từ")
}
