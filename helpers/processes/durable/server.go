package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// An embedded server, shared by the pools of this process that use its directory.
type embedded struct {
	srv  *server.Server
	dir  string
	lock *os.File
	uses int // guarded by servers
	sync bool
}

var servers struct {
	sync.Mutex
	byDir map[string]*embedded
}

// acquire starts the server of a directory, or returns the one that runs.
func acquire(dir string, syncAlways bool) (*embedded, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	servers.Lock()
	defer servers.Unlock()
	if e := servers.byDir[dir]; e != nil {
		if syncAlways && !e.sync {
			return nil, fmt.Errorf("%s is in use by a pool without SurvivePowerLoss", dir)
		}
		e.uses++
		return e, nil
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	srv, err := startServer(server.Options{DontListen: true, StoreDir: dir, SyncAlways: syncAlways})
	if err != nil {
		lock.Close()
		return nil, err
	}
	e := &embedded{srv: srv, dir: dir, lock: lock, uses: 1, sync: syncAlways}
	if servers.byDir == nil {
		servers.byDir = map[string]*embedded{}
	}
	servers.byDir[dir] = e
	return e, nil
}

// release stops the server when no pool uses it any more.
func (e *embedded) release() {
	servers.Lock()
	defer servers.Unlock()
	e.uses--
	if e.uses > 0 {
		return
	}
	delete(servers.byDir, e.dir)
	e.srv.Shutdown()
	e.srv.WaitForShutdown()
	e.lock.Close()
}

// lockDir makes sure that no other process uses the directory.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "songsong.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is in use by another program: take another directory, or wait for that program's end", dir)
		}
		return nil, err
	}
	return f, nil
}

// maxMessage is the largest chunk or result an embedded server takes, in bytes.
const maxMessage = 32 << 20

// startServer starts a server with JetStream; o adds where it listens and stores.
func startServer(o server.Options) (*server.Server, error) {
	o.JetStream, o.NoSigs, o.NoLog = true, true, true
	o.MaxPayload, o.MaxPending = maxMessage, 4*maxMessage
	srv, err := server.NewServer(&o)
	if err != nil {
		return nil, fmt.Errorf("the embedded server: %w", err)
	}
	go srv.Start() // ends at once, or at Shutdown
	if !srv.ReadyForConnections(20 * time.Second) {
		srv.Shutdown()
		return nil, errors.New("the embedded server was not ready in 20 s")
	}
	return srv, nil
}
