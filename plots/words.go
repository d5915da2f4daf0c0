package plots

import (
	"math"
	"strconv"
	"strings"
)

type language int

const (
	english language = iota
	vietnamese
)

func (l language) tag() string { return [...]string{"en", "vi"}[l] }

// texts holds every word a figure writes by itself, in English and Vietnamese.
// The keys are what [Word] takes.
var texts = map[string][2]string{
	"speedup":             {"Speedup", "Độ tăng tốc"},
	"speedup.axis":        {"Speedup S(p) = T(1) / T(p)", "Độ tăng tốc S(p) = T(1) / T(p)"},
	"speedup.base":        {"Speedup S(p) = T(base) / T(p)", "Độ tăng tốc S(p) = T(mốc) / T(p)"},
	"workers.axis":        {"Workers p", "Số worker p"},
	"efficiency":          {"Efficiency", "Hiệu suất"},
	"efficiency.axis":     {"Efficiency S(p) / p", "Hiệu suất S(p) / p"},
	"ideal":               {"ideal: S = p", "lý tưởng: S = p"},
	"ideal.efficiency":    {"ideal: 1", "lý tưởng: 1"},
	"repetition":          {"one repetition", "một lần đo"},
	"median":              {"median and 95\u00a0%% interval", "trung vị và khoảng tin cậy 95\u00a0%%"},
	"corrected":           {"%s, without run-queue wait", "%s, trừ thời gian chờ CPU"},
	"amdahl":              {"Amdahl: serial part s = %s", "Amdahl: phần tuần tự s = %s"},
	"usl":                 {"USL: α = %s, β = %s", "USL: α = %s, β = %s"},
	"gustafson":           {"Gustafson: serial part s = %s", "Gustafson: phần tuần tự s = %s"},
	"fit.range":           {"fitted for p ≤ %d", "khớp với p ≤ %d"},
	"fit.corrected":       {"without run-queue wait", "trừ thời gian chờ CPU"},
	"cores.physical":      {"%d physical cores", "%d nhân vật lý"},
	"cores.logical":       {"%d hardware threads", "%d luồng phần cứng"},
	"caption.cores":       {"%d cores", "%d nhân"},
	"caption.smt":         {"%d cores (%d threads)", "%d nhân (%d luồng phần cứng)"},
	"caption.limit":       {"limited to %s cores", "giới hạn %s nhân"},
	"caption.n":           {"n\u00a0=\u00a0%d repetitions, interleaved in random order", "n\u00a0=\u00a0%d lần đo, xen kẽ theo thứ tự ngẫu nhiên"},
	"caption.n1":          {"n\u00a0=\u00a0%d repetitions", "n\u00a0=\u00a0%d lần đo"},
	"caption.median":      {"median with 95\u00a0%% interval", "trung vị với khoảng tin cậy 95\u00a0%%"},
	"caption.load":        {"load %s", "tải %s"},
	"caption.base":        {"base: the same program with %d worker", "mốc so sánh: cùng chương trình với %d worker"},
	"caption.bases":       {"base: each program with its fewest workers", "mốc so sánh: mỗi chương trình với số worker ít nhất của nó"},
	"caption.bases1":      {"base: each program with 1 worker", "mốc so sánh: mỗi chương trình khi chạy 1 worker"},
	"caption.serial":      {"base: the serial program", "mốc so sánh: chương trình tuần tự"},
	"inconclusive":        {"inconclusive: the widest interval is ±%s", "chưa kết luận được: khoảng tin cậy rộng nhất là ±%s"},
	"inconclusive.few":    {"inconclusive: fewer than 6 repetitions give no interval", "chưa kết luận được: dưới 6 lần đo thì không có khoảng tin cậy"},
	"stopped":             {"measuring was stopped early", "phép đo bị dừng sớm"},
	"karpflatt":           {"Serial fraction after Karp and Flatt", "Phần tuần tự theo Karp và Flatt"},
	"karpflatt.axis":      {"Serial fraction e(p) after Karp and Flatt", "Phần tuần tự e(p) theo Karp và Flatt"},
	"weak":                {"Weak scaling", "Mở rộng yếu (weak scaling)"},
	"weak.axis":           {"Scaled speedup p · T(1) / T(p)", "Độ tăng tốc quy mô p · T(1) / T(p)"},
	"throughput":          {"Throughput under load", "Thông lượng theo tải"},
	"throughput.axis":     {"Throughput X(p)", "Thông lượng X(p)"},
	"load.axis":           {"Load p", "Tải p"},
	"observed":            {"observed", "quan sát được"},
	"ideal.throughput":    {"ideal: X = γ · p", "lý tưởng: X = γ · p"},
	"usl.all":             {"USL: α = %s, β = %s, γ = %s", "USL: α = %s, β = %s, γ = %s"},
	"peak":                {"the law peaks at p = %s", "định luật đạt đỉnh tại p = %s"},
	"caption.throughput":  {"%d observations; law fitted by least squares, with 95\u00a0%% intervals", "%d quan sát; định luật khớp bằng bình phương tối thiểu, với khoảng tin cậy 95\u00a0%%"},
	"lanes.axis":          {"Time (%s)", "Thời gian (%s)"},
	"timeline":            {"Timeline of the workers", "Dòng thời gian của các worker"},
	"timeline.summary":    {"%d spans of %d workers in %s; busy %s of the time", "%d đoạn việc của %d worker trong %s; bận %s thời gian"},
	"timeline.right":      {"At the right: share of the time busy", "Bên phải: tỉ lệ thời gian bận"},
	"lock.right":          {"At the right: time waited", "Bên phải: thời gian chờ"},
	"lock":                {"Who waits for which lock", "Ai chờ khoá nào"},
	"lock.holds":          {"holds %s", "giữ %s"},
	"lock.waits":          {"waits for %s", "chờ %s"},
	"lock.summary":        {"%d waits for a lock, %s in all, within %s, of %d workers", "%d lần chờ khoá, tổng cộng %s, trong %s, của %d worker"},
	"lock.longest":        {"longest: %s for %s, %s", "lâu nhất: %s chờ %s, %s"},
	"lock.longest.holder": {"longest: %s for %s, %s, held by %s", "lâu nhất: %s chờ %s, %s, do %s giữ"},
	"graph":               {"Task graph", "Đồ thị công việc"},
	"graph.critical":      {"critical path", "đường găng"},
	"graph.summary":       {"Work %s, span %s, parallelism %s; critical path %s", "Tổng công việc %s, đường găng dài %s, độ song song %s; đường găng: %s"},
	"cost.axis":           {"Cost of one operation", "Chi phí của một thao tác"},
	"time.axis":           {"Time of one operation", "Thời gian của một thao tác"},
	"ladder":              {"Cost of each operation", "Chi phí của từng thao tác"},
	"distributions":       {"Distribution of the repetitions", "Phân bố của các lần đo"},
	"box":                 {"middle half; line: to the extremes", "nửa giữa; đường: đến hai cực trị"},
	"box.median":          {"median in its 95\u00a0%% interval", "trung vị trong khoảng tin cậy 95\u00a0%%"},
	"simulated":           {"simulated", "mô phỏng"},
	"summary.one":         {"%s: %s× with %d workers", "%s: nhanh gấp %s lần với %d worker"},
	"caption.elsewhere":   {"Measured by another program, not interleaved: %s", "Đo bằng chương trình khác, không xen kẽ: %s"},
	"caption.simulated":   {"Simulated, not measured", "Mô phỏng, không phải đo thật"},
	"caption.beyond":      {"Arrowheads at the edge: %d repetitions beyond the axis", "Mũi tên ở mép khung: %d lần đo nằm ngoài trục"},
	"caption.mixed":       {"Hollow marks on dashed lines are simulated", "Dấu rỗng trên đường nét đứt là mô phỏng"},
	"summary.speedup":     {"%s: %s× %s with %d workers", "%s: nhanh gấp %s lần %s với %d worker"},
	"summary.corrected":   {"without run-queue wait %s×", "trừ thời gian chờ CPU: %s lần"},
	"nowait":              {"this system doesn't tell the run-queue wait", "hệ thống này không cho biết thời gian chờ CPU"},
}

// number writes x with the given significant digits, without an exponent
// from 0.00001 on, with the language's decimal sign.
func (s *settings) number(x float64, digits int) string {
	switch {
	case math.IsInf(x, 1):
		return "∞"
	case math.IsInf(x, -1):
		return "−∞"
	case math.IsNaN(x):
		return "?"
	}
	if a := math.Abs(x); a != 0 && a < 1e-5 {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', digits-1, 64), "e-")
		return s.localize(mantissa) + "e−" + strings.TrimLeft(exponent, "0")
	}
	decimals := 0
	if x != 0 {
		decimals = max(0, digits-1-int(math.Floor(math.Log10(math.Abs(x)))))
	}
	t := strconv.FormatFloat(x, 'f', min(decimals, 9), 64)
	return s.localize(t)
}

// short is number without zeros at the end of a fraction.
func (s *settings) short(x float64, digits int) string {
	t := s.number(x, digits)
	if i := strings.IndexAny(t, ".,"); i < 0 || math.Abs(x) >= 10000 {
		return t
	}
	return strings.TrimRight(strings.TrimRight(t, "0"), ".,")
}

// interval writes bounds such as "[1.88, 2.00]"; Vietnamese, whose decimal sign
// is a comma, sets a semicolon between. No line breaks inside.
func (s *settings) interval(lo, hi string) string {
	if s.language == vietnamese {
		return "[" + lo + ";" + noBreak + hi + "]"
	}
	return "[" + lo + "," + noBreak + hi + "]"
}

// fixed writes x with a fixed number of decimals.
func (s *settings) fixed(x float64, decimals int) string {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return s.number(x, 1)
	}
	return s.localize(strconv.FormatFloat(x, 'f', decimals, 64))
}

// noBreak joins a number and its unit.
const noBreak = "\u00a0"

// percent writes a share such as 0.031 as "3.1 %".
func (s *settings) percent(x float64) string {
	decimals := 1
	if math.Abs(x) >= 0.0995 || x == 0 {
		decimals = 0
	}
	return s.fixed(100*x, decimals) + noBreak + "%"
}

// localize sets the decimal sign and a true minus.
func (s *settings) localize(t string) string {
	if strings.Trim(t, "-0.") == "" {
		t = strings.TrimPrefix(t, "-")
	}
	t = strings.Replace(t, "-", "−", 1)
	point, group := ".", ","
	if s.language == vietnamese {
		point, group = ",", "."
	}
	whole, fraction, has := strings.Cut(t, ".")
	if digits := strings.TrimLeft(whole, "−"); len(digits) > 4 {
		for i := len(whole) - 3; i > len(whole)-len(digits); i -= 3 {
			whole = whole[:i] + group + whole[i:]
		}
	}
	if !has {
		return whole
	}
	return whole + point + fraction
}
