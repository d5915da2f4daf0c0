package export

import "strings"

// words are the texts of a report in its language.
type words map[string]string

var english = words{
	"skip": "Skip to the text", "contents": "Contents", "figure": "Figure", "table": "Table", "code": "Code",
	"output": "Output", "data": "Data (CSV)", "environment": "Environment", "method": "Method",
	"error": "Error", "environment.note": "Read when this report was made; the outputs were stored in the notebook before.",
	"environment.run": "The notebook ran from top to bottom for this report.", "run": "Run",
	"method.note": "What each figure says of its measurement; repetitions, statistic, interval and load stand under the drawing.",
	"cpu":         "Processor", "cores": "Cores", "caches": "Caches", "memory": "Memory", "governor": "Frequency", "limits": "Limits (cgroup)",
	"os": "Operating system", "go": "Go", "gomaxprocs": "GOMAXPROCS", "modules": "Modules", "commit": "Commit",
	"notebook": "Notebook", "hash": "SHA-256", "made": "Made", "load": "Load",
	"rows": "%d rows: %s", "dirty": "with changes that are not committed", "virtual": "virtual machine",
}

var vietnamese = words{
	"skip": "Đến nội dung", "contents": "Mục lục", "figure": "Hình", "table": "Bảng", "code": "Mã",
	"output": "Kết quả", "data": "Dữ liệu (CSV)", "environment": "Môi trường", "method": "Phương pháp đo",
	"error": "Lỗi", "environment.note": "Ghi lại lúc tạo báo cáo này; các kết quả đã được lưu trong sổ tay từ trước.",
	"environment.run": "Sổ tay đã được chạy từ đầu đến cuối cho báo cáo này.", "run": "Chạy",
	"method.note": "Mỗi hình cho biết cách đo của nó; số lần lặp, đại lượng thống kê, khoảng tin cậy và tải nằm dưới hình vẽ.",
	"cpu":         "Bộ xử lý", "cores": "Số nhân", "caches": "Bộ nhớ đệm", "memory": "Bộ nhớ", "governor": "Tần số", "limits": "Giới hạn (cgroup)",
	"os": "Hệ điều hành", "go": "Go", "gomaxprocs": "GOMAXPROCS", "modules": "Mô-đun", "commit": "Commit",
	"notebook": "Sổ tay", "hash": "SHA-256", "made": "Tạo lúc", "load": "Tải",
	"rows": "%d dòng: %s", "dirty": "có thay đổi chưa commit", "virtual": "máy ảo",
}

// wordsOf returns the words for a BCP 47 language code.
func wordsOf(lang string) words {
	if lang == "vi" || strings.HasPrefix(lang, "vi-") {
		return vietnamese
	}
	return english
}
