package source

// wellKnown are packages that are imported by themselves when a cell uses their
// name without an import.
var wellKnown = map[string]string{
	"async": "songsong/helpers/async", "display": "songsong/kernel/display", "measure": "songsong/plots/measure",
	"plots": "songsong/plots", "pools": "songsong/helpers/pools", "processes": "songsong/helpers/processes", "python": "songsong/kernel/python",
	"syncs": "songsong/helpers/syncs", "threads": "songsong/helpers/threads",

	"atomic": "sync/atomic", "base64": "encoding/base64", "big": "math/big", "binary": "encoding/binary", "bits": "math/bits",
	"bufio": "bufio", "bytes": "bytes", "cmp": "cmp", "cmplx": "math/cmplx", "color": "image/color", "context": "context",
	"csv": "encoding/csv", "debug": "runtime/debug", "errors": "errors", "exec": "os/exec", "filepath": "path/filepath",
	"flag": "flag", "fmt": "fmt", "fs": "io/fs", "gob": "encoding/gob", "gzip": "compress/gzip", "heap": "container/heap",
	"hex": "encoding/hex", "http": "net/http", "httptest": "net/http/httptest", "image": "image", "io": "io", "iter": "iter",
	"json": "encoding/json", "list": "container/list", "log": "log", "maps": "maps", "math": "math", "md5": "crypto/md5",
	"net": "net", "os": "os", "png": "image/png", "pprof": "runtime/pprof", "rand": "math/rand/v2", "reflect": "reflect",
	"regexp": "regexp", "runtime": "runtime", "sha256": "crypto/sha256", "signal": "os/signal", "slices": "slices",
	"slog": "log/slog", "sort": "sort", "strconv": "strconv", "strings": "strings", "sync": "sync", "syscall": "syscall",
	"tabwriter": "text/tabwriter", "template": "text/template", "testing": "testing", "time": "time", "trace": "runtime/trace",
	"unicode": "unicode", "unique": "unique", "unsafe": "unsafe", "url": "net/url", "user": "os/user", "utf8": "unicode/utf8",
	"weak": "weak",

	"aes": "crypto/aes", "ast": "go/ast", "asn1": "encoding/asn1", "bzip2": "compress/bzip2", "cipher": "crypto/cipher",
	"constraints": "golang.org/x/exp/constraints", "cookiejar": "net/http/cookiejar", "crc32": "hash/crc32", "crc64": "hash/crc64",
	"draw": "image/draw", "driver": "database/sql/driver", "ecdsa": "crypto/ecdsa", "ed25519": "crypto/ed25519",
	"elliptic": "crypto/elliptic", "expvar": "expvar", "flate": "compress/flate", "fnv": "hash/fnv", "format": "go/format",
	"fstest": "testing/fstest", "gif": "image/gif", "hash": "hash", "hmac": "crypto/hmac", "html": "html",
	"httptrace": "net/http/httptrace", "httputil": "net/http/httputil", "iotest": "testing/iotest", "ioutil": "io/ioutil",
	"jpeg": "image/jpeg", "lzw": "compress/lzw", "mail": "net/mail", "maphash": "hash/maphash", "metrics": "runtime/metrics",
	"mime": "mime", "multipart": "mime/multipart", "netip": "net/netip", "palette": "image/color/palette", "parser": "go/parser",
	"path": "path", "pem": "encoding/pem", "printer": "go/printer", "quick": "testing/quick", "ring": "container/ring",
	"rpc": "net/rpc", "rsa": "crypto/rsa", "sha1": "crypto/sha1", "sha512": "crypto/sha512", "smtp": "net/smtp", "sql": "database/sql",
	"subtle": "crypto/subtle", "suffixarray": "index/suffixarray", "synctest": "testing/synctest", "tar": "archive/tar",
	"textproto": "net/textproto", "tls": "crypto/tls", "token": "go/token", "types": "go/types", "utf16": "unicode/utf16",
	"x509": "crypto/x509", "xml": "encoding/xml", "zip": "archive/zip", "zlib": "compress/zlib",
}

// older are packages to import instead where a cell uses what only they have.
var older = map[string]string{"math/rand/v2": "math/rand"}
