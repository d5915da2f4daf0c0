package processes

import (
	"cmp"
	"fmt"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// maxPayload is how many bytes of arguments travel together, about.
const maxPayload = 256 << 10

// A source is the side of a pool that its engine sees: it implements crew.Source.
type source[A, R any] struct{ *Pool[A, R] }

// Take encodes up to max waiting tasks together, but leaves some for the other workers.
func (p source[A, R]) Take(limit, workers int) *crew.Chunk {
	for {
		items := p.pop(limit, workers)
		if len(items) == 0 {
			return nil
		}
		payload, items := p.encode(items)
		if len(items) == 0 {
			continue
		}
		chunk := &crew.Chunk{N: len(items), Payload: payload, Tag: items}
		p.mu.Lock()
		p.size = (p.size + float64(len(payload))/float64(len(items))) / 2
		p.sent[chunk] = items
		for i, it := range items {
			it.chunk, it.index = chunk, i
		}
		p.mu.Unlock()
		for i, it := range items {
			if it.future.Finished() { // cancelled before recall could see the chunk
				p.engine.Cancel(chunk, i)
			}
		}
		return chunk
	}
}

// pop takes tasks off the queue and marks them as running.
func (p source[A, R]) pop(limit, workers int) []*item[A, R] {
	p.mu.Lock()
	defer p.mu.Unlock()
	waits := len(p.queue) - p.head
	n := min(limit, (waits+2*workers-1)/(2*workers))
	if p.size > 1 {
		n = min(n, max(1, int(maxPayload/p.size)))
	}
	var items []*item[A, R]
	for len(items) < n && p.head < len(p.queue) {
		it := p.queue[p.head]
		p.queue[p.head] = nil
		p.head++
		if it.future.Finished() { // cancelled
			p.endLocked(it, true)
			continue
		}
		items = append(items, it)
	}
	if p.head == len(p.queue) {
		p.queue, p.head = p.queue[:0], 0
	} else if p.head > 4096 && p.head > len(p.queue)/2 {
		p.queue = append(p.queue[:0], p.queue[p.head:]...)
		p.head = 0
	}
	p.room.Broadcast()
	return items
}

// encode encodes the arguments together. If that fails, the tasks whose argument
// is to blame fail, and the others are encoded again.
func (p source[A, R]) encode(items []*item[A, R]) ([]byte, []*item[A, R]) {
	args := make([]A, len(items))
	for i, it := range items {
		args[i] = it.arg
	}
	b, err := safeEncode(p.opts.Codec, args)
	if err == nil {
		return b, items
	}
	if len(items) == 1 {
		p.failItems(items, notSent(args[0], err))
		return nil, nil
	}
	var good []*item[A, R]
	for _, it := range items {
		if _, one := p.encode([]*item[A, R]{it}); len(one) == 1 {
			good = append(good, it)
		}
	}
	if len(good) == 0 {
		return nil, nil
	}
	if len(good) == len(items) { // each alone, but not together
		p.failItems(items, notSent(args[0], err))
		return nil, nil
	}
	return p.encode(good)
}

func notSent(arg any, err error) error {
	return &TaskError{Message: fmt.Sprintf("the argument, a %T, can't be sent: %v", arg, err), cause: ErrNotSent}
}

// safeEncode turns a panic of a type's own MarshalJSON or GobEncode into an error.
func safeEncode[A any](codec string, args []A) (b []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("its encoding panicked: %v", v)
		}
	}()
	return wire.Encode(codec, args)
}

// Part ends the futures of some tasks of a chunk.
func (p source[A, R]) Part(c *crew.Chunk, r crew.Report) {
	items := c.Tag.([]*item[A, R])
	parts, err := wire.ParseParts(r.Part)
	for _, part := range parts {
		if part.Lo < 0 || part.N < 0 || part.Lo+part.N > len(items) {
			err = fmt.Errorf("a part lies outside its chunk")
			break
		}
		p.finishPart(items[part.Lo:part.Lo+part.N], part)
	}
	if err != nil { // a worker of our own program never does this
		p.failItems(items, fmt.Errorf("processes: %s sent a damaged result: %w", r.Worker, err))
	}
}

func (p source[A, R]) finishPart(items []*item[A, R], part wire.Part) {
	fails := map[int]error{}
	for _, f := range part.Failures {
		i := f.Index - part.Lo
		if i >= 0 && i < len(items) && fails[i] == nil {
			fails[i] = taskError(f)
			p.poisoned(f, items[i])
		}
	}
	var values []R
	var err error
	if n := part.N - len(fails); n > 0 {
		values, err = wire.Decode[R](p.opts.Codec, part.Values, n)
	}
	next := 0
	p.finish(items, func(i int) (r R, _ error) {
		if fails[i] != nil || err != nil {
			return r, cmp.Or(fails[i], decodeError[R](err))
		}
		r = values[next]
		next++
		return r, nil
	})
}

func decodeError[R any](err error) error {
	if err == nil {
		return nil
	}
	var r R
	return &TaskError{Message: fmt.Sprintf("the result, a %T, can't be decoded: %v", r, err), cause: ErrNotSent}
}

func (p source[A, R]) poisoned(f wire.Failure, it *item[A, R]) {
	if f.Kind != wire.FailPoison {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.poison = append(p.poison, Poison{Arg: argText(it.arg), Kills: f.Kills, Reason: f.Message})
}

// End lets go of the chunk.
func (p source[A, R]) End(c *crew.Chunk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sent, c)
}

// Drop fails what is left of a chunk.
func (p source[A, R]) Drop(c *crew.Chunk) {
	p.mu.Lock()
	err := p.closed
	p.mu.Unlock()
	if err == nil {
		err = ErrClosed
	}
	p.End(c)
	p.failItems(c.Tag.([]*item[A, R]), err)
}

// Broken fails all tasks and closes the pool.
func (p source[A, R]) Broken(err error) { p.fail(err) }
