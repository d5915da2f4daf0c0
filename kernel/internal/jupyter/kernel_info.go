package jupyter

import "songsong/kernel/internal/wire"

type kernelInfoReply struct {
	Status           string       `json:"status"`
	Protocol         string       `json:"protocol_version"`
	Implementation   string       `json:"implementation"`
	ImplementationAt string       `json:"implementation_version"`
	Language         languageInfo `json:"language_info"`
	Banner           string       `json:"banner"`
	Debugger         bool         `json:"debugger"`
	Features         []string     `json:"supported_features"`
	Help             []helpLink   `json:"help_links"`
}

type languageInfo struct {
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	MIME       string         `json:"mimetype"`
	Extension  string         `json:"file_extension"`
	Pygments   string         `json:"pygments_lexer"`
	CodeMirror codeMirrorMode `json:"codemirror_mode"`
	NBConvert  string         `json:"nbconvert_exporter"`
}

type codeMirrorMode struct {
	Name string `json:"name"`
}

type helpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

var helpLinks = []helpLink{
	{"A Tour of Go", "https://go.dev/tour/"},
	{"Effective Go", "https://go.dev/doc/effective_go"},
	{"The Go Programming Language Specification", "https://go.dev/ref/spec"},
	{"Standard library", "https://pkg.go.dev/std"},
	{"The Go Memory Model", "https://go.dev/ref/mem"},
	{"gonum", "https://pkg.go.dev/gonum.org/v1/gonum"},
}

// kernelInfo says who we are. supported_features is empty: its values are
// "debugger" and "kernel subshells".
func (s *Server) kernelInfo(*request, struct{}) (any, error) {
	info := s.sess.Info()
	return kernelInfoReply{
		Status: "ok", Protocol: wire.ProtocolVersion,
		Implementation: "songsong", ImplementationAt: s.version,
		Language: languageInfo{Name: "go", Version: info.GoVersion, MIME: "text/x-go", Extension: ".go",
			Pygments: "go", CodeMirror: codeMirrorMode{"go"}, NBConvert: "script"},
		Banner: info.Banner, Features: []string{}, Help: helpLinks,
	}, nil
}
