// Package cache keeps results of slow functions in files, under the names that
// notebooks written for GoNB use: a cell that imports
// "github.com/janpfeifer/gonb/cache" gets this package. Start with [Cache].
//
// Values are written by encoding/gob, or by the type's own [Serializable].
// Different keys may be used at the same time, one key may not.
package cache

import (
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// A Storage is a folder of kept values.
type Storage struct{ dir string }

// HiddenCacheSubdirectory is the folder that [NewHidden] makes.
const HiddenCacheSubdirectory = ".gonb_cache"

// suffix ends the name of every file of a kept value.
const suffix = ".bin"

// Default is where [Cache] keeps values: a temporary folder for the working folder.
var Default = MustNewInTmp()

// Serializable is for types that encoding/gob can't write.
type Serializable interface {
	CacheSerialize(w io.Writer) error
	CacheDeserialize(r io.Reader) (any, error)
}

// New keeps values in dir, which is made if need be.
func New(dir string) (*Storage, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache: no folder to keep values in: %w", err)
	}
	return &Storage{dir}, nil
}

// NewInTmp keeps values in a temporary folder, the same for the same working folder.
func NewInTmp() (*Storage, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	sum := sha256.Sum256([]byte(wd))
	return New(filepath.Join(os.TempDir(), fmt.Sprintf("gonb_cache_%d", os.Getuid()), hex.EncodeToString(sum[:8])))
}

// NewHidden keeps values in the folder .gonb_cache of the working folder.
func NewHidden() (*Storage, error) { return New(HiddenCacheSubdirectory) }

// MustNew is [New] that ends the program on an error.
func MustNew(dir string) *Storage { return must(New(dir)) }

// MustNewInTmp is [NewInTmp] that ends the program on an error.
func MustNewInTmp() *Storage { return must(NewInTmp()) }

// MustNewHidden is [NewHidden] that ends the program on an error.
func MustNewHidden() *Storage { return must(NewHidden()) }

// AssertNoError ends the program if err is not nil.
func AssertNoError(err error) {
	if err != nil {
		log.Panicf("%+v", err)
	}
}

func must(s *Storage, err error) *Storage {
	AssertNoError(err)
	return s
}

// Cache returns the value kept under key, or else calls fn and keeps what it
// returns. With an empty key fn is always called. It panics if the value can't
// be read or written.
func Cache[T any](key string, fn func() T) T { return CacheWith(Default, key, fn) }

// CacheWith is [Cache] with a storage of your own.
func CacheWith[T any](s *Storage, key string, fn func() T) T {
	if key == "" {
		return fn()
	}
	value, err := load[T](s, key)
	if err == nil {
		return value
	}
	if !errors.Is(err, fs.ErrNotExist) {
		AssertNoError(fmt.Errorf("cache: what is kept under %q can't be read: %w; cache.ResetKey(%q) drops it", key, err, key))
	}
	value = fn()
	AssertNoError(s.Save(key, value))
	return value
}

func load[T any](s *Storage, key string) (value T, err error) {
	r, err := s.Reader(key)
	if err != nil {
		return value, err
	}
	defer r.(io.Closer).Close()
	if own, ok := any(value).(Serializable); ok {
		v, err := own.CacheDeserialize(r)
		if err != nil {
			return value, err
		}
		value, ok = v.(T)
		if !ok {
			return value, fmt.Errorf("it is a %T", v)
		}
		return value, nil
	}
	return value, gob.NewDecoder(r).Decode(&value)
}

// Save keeps value under key; a file that was there before is replaced at once.
func (s *Storage) Save(key string, value any) error {
	f, err := os.CreateTemp(s.dir, ".new-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.Remove(f.Name())
	if own, ok := value.(Serializable); ok {
		err = own.CacheSerialize(f)
	} else {
		err = gob.NewEncoder(f).Encode(value)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.path(key))
	}
	if err != nil {
		return fmt.Errorf("cache: the value for %q can't be kept: %w", key, err)
	}
	return nil
}

// Reader opens what is kept under key; the error is os.ErrNotExist if nothing is.
// The reader is a file, which the caller closes.
func (s *Storage) Reader(key string) (io.Reader, error) {
	f, err := os.Open(s.path(key))
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (s *Storage) path(key string) string {
	return filepath.Join(s.dir, url.PathEscape(key)+suffix)
}

// ResetKey forgets what is kept under key.
func (s *Storage) ResetKey(key string) error {
	if err := os.Remove(s.path(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// ResetKey forgets what is kept under key in [Default].
func ResetKey(key string) error { return Default.ResetKey(key) }

// ListKeys lists the keys of kept values.
func (s *Storage) ListKeys() (keys []string, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok {
			if key, err := url.PathUnescape(name); err == nil {
				keys = append(keys, key)
			}
		}
	}
	return keys, nil
}

// ListKeys lists the keys of values kept in [Default].
func ListKeys() ([]string, error) { return Default.ListKeys() }

// Reset forgets every value.
func (s *Storage) Reset() error {
	keys, err := s.ListKeys()
	for _, key := range keys {
		err = errors.Join(err, s.ResetKey(key))
	}
	return err
}

// Reset forgets every value in [Default].
func Reset() error { return Default.Reset() }
