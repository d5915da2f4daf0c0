package processes_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"songsong/helpers/processes"
)

type Maths struct{}

type Operands struct{ X, Y int }

func (*Maths) Add(o Operands, sum *int) error { *sum = o.X + o.Y; return nil }

func (*Maths) Div(o Operands, quotient *int) error {
	if o.Y == 0 {
		return errors.New("division by zero")
	}
	*quotient = o.X / o.Y
	return nil
}

type manageJob struct {
	Manager *processes.Manager
	Words   *processes.Dict[string, int]
	Seen    *processes.List[string]
	Word    string
}

func count(ctx context.Context, j manageJob) (int, error) {
	if _, err := j.Words.Update(j.Word, func(old int, _ bool) int { return old + 1 }); err != nil {
		return 0, err
	}
	if _, err := j.Seen.Update(0, func(s string) string { return s + "." }); err != nil {
		return 0, err
	}
	if err := j.Seen.Append(j.Word); err != nil {
		return 0, err
	}
	var sum int
	err := j.Manager.Call(ctx, "Maths.Add", Operands{3, 4}, &sum)
	return sum, err
}

func TestManager(t *testing.T) {
	m, err := processes.NewManager()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Register("Maths", new(Maths)); err != nil {
		t.Fatal(err)
	}
	words, err := processes.NewDict[string, int](m)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := processes.NewList(m, "")
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(t, 3, count)
	text := strings.Fields(strings.Repeat("ai làm gì ai ", 20))
	for sum, err := range p.Map(t.Context(), func(yield func(manageJob) bool) {
		for _, w := range text {
			if !yield(manageJob{m, words, seen, w}) {
				return
			}
		}
	}) {
		if err != nil || sum != 7 {
			t.Fatal(sum, err)
		}
	}
	p.Close()
	got := map[string]int{}
	items, err := words.Items()
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range items {
		got[k] = v
	}
	if got["ai"] != 40 || got["làm"] != 20 || len(got) != 3 {
		t.Error(got)
	}
	all, err := seen.Slice()
	if err != nil || len(all) != 81 || len(all[0]) != 80 {
		t.Error(len(all), err)
	}
}

func TestManagerRefusals(t *testing.T) {
	m, err := processes.NewManager()
	if err != nil {
		t.Fatal(err)
	}
	m.Register("Maths", new(Maths))
	if err := m.Register("", new(Maths)); err == nil {
		t.Error("a service without a name")
	}
	var q int
	if err := m.Call(t.Context(), "Maths.Div", Operands{1, 0}, &q); err == nil || err.Error() != "division by zero" {
		t.Error(err)
	}
	if err := m.Call(t.Context(), "Maths.Sqrt", Operands{}, &q); err == nil {
		t.Error("a method that does not exist")
	}
	l, _ := processes.NewList[int](m)
	if _, err := l.At(0); err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Error(err)
	}
	if _, ok, err := l.Pop(); ok || err != nil {
		t.Error(ok, err)
	}
	d, _ := processes.NewDict[string, []int](m)
	if _, ok, err := d.Get("x"); ok || err != nil {
		t.Error(ok, err)
	}
	d.Set("x", []int{1, 2})
	if v, ok, err := d.Delete("x"); !ok || err != nil || len(v) != 2 {
		t.Error(v, ok, err)
	}
	if n, err := d.Len(); n != 0 || err != nil {
		t.Error(n, err)
	}
	if _, err := processes.NewDict[string, func()](m); err == nil {
		t.Error("a dict of functions")
	}
	// As another process sees it after the manager is closed.
	handle, _ := m.MarshalText()
	m.Close()
	var other processes.Manager
	other.UnmarshalText(handle)
	if err := other.Call(t.Context(), "Maths.Add", Operands{}, &q); err == nil || !strings.Contains(err.Error(), "has closed it or ended") {
		t.Error(err)
	}
	if _, err := processes.NewDict[int, int](&other); err == nil {
		t.Error("a dict made far away")
	}
}
