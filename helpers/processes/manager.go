package processes

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"strconv"
	"strings"
	"sync"

	"songsong/helpers/processes/internal/post"
	"songsong/helpers/processes/internal/store"
	"songsong/helpers/processes/internal/wire"
)

// A Manager keeps values that processes share by asking for them: dicts, lists
// and objects of your own types. They live in the process that made the manager;
// the others call it through a private socket. It travels by reference: send a
// *Manager, or what was made with it. A call costs about 50 µs from another
// process; for numbers, [Value] and [Array] cost a thousandth of that.
type Manager struct {
	server  *rpc.Server  // in the process that made it
	values  *store.Store // the same
	host    *post.Host   // the same
	address string

	mu     sync.Mutex
	client *rpc.Client // guarded by mu
}

// managers are those this process knows, by address.
var managers struct {
	sync.Mutex
	byAddress map[string]*Manager
}

// valuesName is the name of the store among the services.
const valuesName = "songsong.values"

// NewManager makes a manager. Close it when its values are used no more.
func NewManager() (*Manager, error) {
	m := &Manager{server: rpc.NewServer(), values: &store.Store{}}
	host, err := post.Listen(func(c net.Conn) { m.server.ServeConn(c) })
	if err != nil {
		return nil, err
	}
	m.host, m.address = host, host.Address()
	managers.Lock()
	defer managers.Unlock()
	if managers.byAddress == nil {
		managers.byAddress = map[string]*Manager{}
	}
	managers.byAddress[m.address] = m
	return m, m.server.RegisterName(valuesName, m.values)
}

// Register makes the methods of service callable from other processes, by the
// rules of net/rpc: exported methods func(args A, reply *R) error. The service
// must be safe for concurrent use. Only the process that made the manager can register.
func (m *Manager) Register(name string, service any) error {
	if m.server == nil {
		return errors.New("processes: only the process that made the manager can register services")
	}
	if name == "" || strings.Contains(name, ".") {
		return fmt.Errorf("processes: %q is no name for a service", name)
	}
	if err := m.server.RegisterName(name, service); err != nil {
		return fmt.Errorf("processes: %w", err)
	}
	return nil
}

// Call calls a method of a registered service, such as "Maths.Add", with args,
// and stores the result in *reply. An error of the method comes back as its text.
// If ctx ends first, Call returns its cause and the method goes on.
func (m *Manager) Call(ctx context.Context, method string, args, reply any) error {
	c, err := m.connect()
	if err != nil {
		return err
	}
	call := c.Go(method, args, reply, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if errors.Is(call.Error, rpc.ErrShutdown) {
		return fmt.Errorf("processes: the manager's process has closed it or ended")
	}
	return call.Error
}

func (m *Manager) connect() (*rpc.Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.client != nil {
		return m.client, nil
	}
	if m.address == "" {
		return nil, errZero
	}
	conn, err := post.Dial(m.address)
	if err != nil {
		return nil, fmt.Errorf("processes: the manager: %w", err)
	}
	m.client = rpc.NewClient(conn)
	return m.client, nil
}

// A method is one of store.Store's, as an expression.
type method func(*store.Store, store.Args, *store.Reply) error

// ask calls the store: f here, or the method of that name in the manager's process.
func (m *Manager) ask(name string, f method, a store.Args) (store.Reply, error) {
	var r store.Reply
	if m == nil {
		return r, errZero
	}
	if m.values != nil {
		return r, processesError(f(m.values, a, &r))
	}
	err := m.Call(context.Background(), valuesName+"."+name, a, &r)
	return r, processesError(err)
}

func processesError(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "processes:") {
		return err
	}
	return fmt.Errorf("processes: %w", err)
}

// Close ends the manager, for all processes if it is called in the one that made it.
func (m *Manager) Close() error {
	managers.Lock()
	delete(managers.byAddress, m.address)
	managers.Unlock()
	m.mu.Lock()
	client := m.client
	m.mu.Unlock()
	if client != nil {
		client.Close() // the only error is that it was closed
	}
	if m.host == nil {
		return nil
	}
	return m.host.Close()
}

// GobEncode makes the manager travel by reference.
func (m *Manager) GobEncode() ([]byte, error) { return m.MarshalText() }

// GobDecode connects to the manager from the process that receives it.
func (m *Manager) GobDecode(b []byte) error { return m.UnmarshalText(b) }

// MarshalText returns a handle for another process on this machine. Who has it can use the manager.
func (m *Manager) MarshalText() ([]byte, error) {
	if m.address == "" {
		return nil, errZero
	}
	return []byte(m.address), nil
}

// UnmarshalText takes the manager that the handle stands for.
func (m *Manager) UnmarshalText(b []byte) error {
	m.address = string(b)
	return nil
}

// managerAt returns this process's manager for an address.
func managerAt(address string) *Manager {
	managers.Lock()
	defer managers.Unlock()
	m := managers.byAddress[address]
	if m == nil {
		m = &Manager{address: address}
		if managers.byAddress == nil {
			managers.byAddress = map[string]*Manager{}
		}
		managers.byAddress[address] = m
	}
	return m
}

// ref is the handle of a dict or list.
func (m *Manager) ref(id int) ([]byte, error) {
	if m == nil || m.address == "" {
		return nil, errZero
	}
	return fmt.Appendf(nil, "%d %s", id, m.address), nil
}

func parseRef(b []byte) (m *Manager, id int, err error) {
	number, address, ok := strings.Cut(string(b), " ")
	id, err = strconv.Atoi(number)
	if !ok || err != nil {
		return nil, 0, fmt.Errorf("processes: %q is no handle of a shared dict or list", b)
	}
	return managerAt(address), id, nil
}

func encodeOne[T any](v T) ([]byte, error) {
	b, err := wire.Encode("gob", []T{v})
	if err != nil {
		return nil, fmt.Errorf("processes: a %T can't be sent: %w", v, err)
	}
	return b, nil
}

func decodeAll[T any](bs [][]byte) ([]T, error) {
	all := make([]T, len(bs))
	for i, b := range bs {
		v, err := decodeOne[T](b, nil)
		if err != nil {
			return nil, err
		}
		all[i] = v
	}
	return all, nil
}
