package export

import (
	"encoding/base64"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxPicture is the largest file that a report takes in, in bytes.
const maxPicture = 8 << 20

// picture turns where a picture lies into a data: URL, so that the report
// needs no other file. What can't be had stays, with a notice.
func (p *prose) picture(dest string) string {
	switch {
	case strings.HasPrefix(dest, "data:"):
		return dest
	case strings.HasPrefix(dest, "attachment:"):
		return p.attachment(strings.TrimPrefix(dest, "attachment:"))
	case strings.Contains(dest, "://"):
		p.notice("the picture %s lies on another machine; the report does not work offline", dest)
		return dest
	}
	name, err := url.PathUnescape(dest)
	if err != nil {
		name = dest
	}
	if p.nb.Path == "" {
		return dest
	}
	path := filepath.Join(filepath.Dir(p.nb.Path), filepath.FromSlash(name))
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxPicture {
		p.notice("the picture %s is not there or larger than 8 MB", name)
		return dest
	}
	data, err := os.ReadFile(path)
	if err != nil {
		p.notice("the picture %s can't be read", name)
		return dest
	}
	return dataURL(typeByName(path), data)
}

func (p *prose) attachment(name string) string {
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	if p.cell != nil {
		bundle, _ := p.cell.Attachments[name].(map[string]any)
		for kind, data := range bundle {
			if s, ok := data.(string); ok {
				return "data:" + kind + ";base64," + strings.Join(strings.Fields(s), "")
			}
		}
	}
	p.notice("the attachment %s is not in the cell", name)
	return "attachment:" + name
}

// typeByName is the MIME type of a picture. (mime alone asks the machine's
// tables, which differ.)
func typeByName(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	}
	if t := mime.TypeByExtension(filepath.Ext(path)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func dataURL(kind string, data []byte) string {
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// reportLink points a link to another notebook at its report.
func reportLink(dest string) string {
	if strings.Contains(dest, "://") {
		return dest
	}
	path, fragment, hasFragment := strings.Cut(dest, "#")
	if rest, ok := strings.CutSuffix(path, ".ipynb"); ok {
		path = rest + ".html"
	}
	if hasFragment {
		path += "#" + fragment
	}
	return path
}

var (
	scriptTag  = regexp.MustCompile(`(?is)<script\b.*?(?:</script\s*>|$)`)
	loadingTag = regexp.MustCompile(`(?is)<(?:link|iframe|object|embed|base)\b[^>]*>`)
	handler    = regexp.MustCompile(`(?is)(<[a-z][^>]*?)\son[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)`)
)

// withoutScripts removes from a fragment of HTML what runs or loads something.
func withoutScripts(s string) string {
	s = scriptTag.ReplaceAllString(s, "")
	s = loadingTag.ReplaceAllString(s, "")
	for {
		next := handler.ReplaceAllString(s, "$1")
		if next == s {
			return s
		}
		s = next
	}
}
