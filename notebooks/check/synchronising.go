package check

// CountTogether checks exercise 1 of notebook 3-4: count must add one, so many
// times in each of so many processes, and lose none.
func CountTogether(count func(workers, times int) int) Verdict {
	if count == nil {
		return missing("countTogether")
	}
	const workers, times = 3, 2000
	before, known := childFaults()
	var got int
	if v := tryFor(4*patience, func() { got = count(workers, times) }); v != nil {
		return *v
	}
	if got != workers*times {
		return notYet("%d processes added one %d times, and the sum is %d", "%d tiến trình cộng một %d lần, mà tổng là %d", workers, times, got)
	}
	if after, _ := childFaults(); known && after == before {
		return notYet("no other process did the work", "không có tiến trình nào khác làm việc này")
	}
	return right("no count was lost", "không mất lượt đếm nào")
}

// Transfers checks exercise 2 of notebook 3-4: transfers must let one process
// move money there and another back, so many times each, and return what two
// accounts of 100 then hold.
func Transfers(transfers func(times int) (first, second int)) Verdict {
	if transfers == nil {
		return missing("transfers")
	}
	before, known := childFaults()
	var first, second int
	if v := tryFor(4*patience, func() { first, second = transfers(500) }); v != nil {
		return *v
	}
	if first != 100 || second != 100 {
		return notYet("what goes there comes back, so both accounts hold 100, and yours hold %d and %d", "chuyển đi bao nhiêu lại về bấy nhiêu, nên mỗi tài khoản phải còn 100, mà của bạn là %d và %d", first, second)
	}
	if after, _ := childFaults(); known && after == before {
		return notYet("no other process did the work", "không có tiến trình nào khác làm việc này")
	}
	return right("one order for all locks: nobody hangs, and nothing is lost", "một thứ tự cho mọi khoá: không ai treo, không mất gì")
}
