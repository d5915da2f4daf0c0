package durable

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// A spec is what another host must know to take part in a job.
type spec struct {
	Job      string
	Platform wire.Platform
	Setup    wire.Setup // Plugins are empty: they come with the program
	AckWait  time.Duration
	MaxKills int
	MaxChunk int
	Target   time.Duration
	Timeout  time.Duration
	Args     []string // of the program
}

// Subjects by which pools and hosts find each other.
const (
	subjectWho = "songsong.jobs.who" // a host asks; pools answer with their spec
	subjectNew = "songsong.jobs.new" // a pool tells its spec
	subjectEnd = "songsong.jobs.end" // a pool tells the job's name
	bucket     = "songsong_programs"
)

func programSubject(job string) string { return "songsong.program." + job }

// A program is the answer to a question for it: the executable first, then the
// plugins in the order in which they are opened.
type program struct {
	Files []file
	Err   string
}

type file struct {
	SHA256 string // also its name in the object store
	Size   int64
}

// A sharer tells other hosts of a job.
type sharer struct {
	link *link
	job  string
	subs []*nats.Subscription
	cfg  crew.Config

	program program // only the subscription to questions for it uses it
}

func share(l *link, job string, ackWait time.Duration, cfg crew.Config) (*sharer, error) {
	s := &sharer{link: l, job: job, cfg: cfg}
	cmd, err := cfg.Command(context.Background())
	if err != nil {
		return nil, err
	}
	sp := spec{Job: job, Platform: crew.Platform(), Setup: cfg.Setup, AckWait: ackWait, MaxKills: cfg.MaxKills,
		MaxChunk: cfg.MaxChunk, Target: cfg.Target, Timeout: cfg.Timeout, Args: cmd.Args[1:]}
	sp.Setup.Plugins = nil
	text, err := json.Marshal(sp)
	if err != nil {
		return nil, err
	}
	if limit := l.nc.MaxPayload(); int64(len(text)) > limit {
		return nil, fmt.Errorf("what other machines must know of the pool, mostly the variables its functions use, is %d bytes, more than the server's limit of %d (max_payload)", len(text), limit)
	}
	who, err := l.nc.Subscribe(subjectWho, func(m *nats.Msg) { m.Respond(text) })
	if err != nil {
		return nil, err
	}
	files := append([]string{cmd.Path}, cfg.Setup.Plugins...)
	want, err := l.nc.Subscribe(programSubject(job), func(m *nats.Msg) { m.Respond(s.answer(files)) })
	s.subs = []*nats.Subscription{who, want}
	if err != nil {
		return nil, err
	}
	return s, l.nc.Publish(subjectNew, text)
}

func (s *sharer) close() {
	for _, sub := range s.subs {
		sub.Unsubscribe() // the connection may be gone, and the subscription with it
	}
	s.link.nc.Publish(subjectEnd, []byte(s.job))
	s.link.nc.FlushTimeout(time.Second)
}

// answer describes the program to a host. It is put into the object store first,
// once; a failure is told, and the next host that asks has it tried again.
func (s *sharer) answer(files []string) []byte {
	if s.program.Files == nil {
		list, err := s.upload(files)
		s.program = program{Files: list}
		if err != nil {
			s.program = program{Err: err.Error()}
		}
	}
	b, _ := json.Marshal(s.program) // strings and numbers
	return b
}

func (s *sharer) upload(files []string) (list []file, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	store, err := s.link.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: bucket})
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		f, err := uploadFile(ctx, store, name)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func uploadFile(ctx context.Context, store jetstream.ObjectStore, name string) (file, error) {
	f, err := os.Open(name)
	if err != nil {
		return file{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return file{}, err
	}
	d := file{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}
	if info, err := store.GetInfo(ctx, d.SHA256); err == nil && int64(info.Size) == n {
		return d, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return file{}, err
	}
	_, err = store.Put(ctx, jetstream.ObjectMeta{Name: d.SHA256}, f)
	return d, err
}

// download fetches the program of a job into dir and returns its files.
func download(ctx context.Context, l *link, job, dir string) ([]string, error) {
	m, err := l.nc.RequestWithContext(ctx, programSubject(job), nil)
	if err != nil {
		return nil, fmt.Errorf("the pool does not send its program: %w", err)
	}
	var p program
	if err := json.Unmarshal(m.Data, &p); err != nil {
		return nil, err
	}
	if p.Err != "" || len(p.Files) == 0 {
		return nil, fmt.Errorf("the pool can't send its program: %s", p.Err)
	}
	store, err := l.js.ObjectStore(ctx, bucket)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range p.Files {
		name, err := downloadFile(ctx, store, f, dir)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func downloadFile(ctx context.Context, store jetstream.ObjectStore, f file, dir string) (string, error) {
	if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != sha256.Size {
		return "", errors.New("the pool names a file without a checksum")
	}
	name := filepath.Join(dir, f.SHA256)
	if sum, err := checksum(name); err == nil && sum == f.SHA256 {
		return name, nil
	}
	tmp := fmt.Sprintf("%s.%d", name, os.Getpid())
	defer os.Remove(tmp)
	if err := store.GetFile(ctx, f.SHA256, tmp); err != nil {
		return "", err
	}
	if sum, err := checksum(tmp); err != nil || sum != f.SHA256 {
		return "", errors.New("a file of the program was damaged on its way")
	}
	if err := os.Chmod(tmp, 0o700); err != nil {
		return "", err
	}
	return name, os.Rename(tmp, name)
}

func checksum(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
