package measure

import (
	"encoding/json"
	"fmt"
	"math"
)

// The JSON that another program, such as a Python cell, writes for AddJSON: one
// object, or a list of them. "points" is for Scaling, "seconds" for Samples.
//
//	{"name": "Python: thread", "seconds": [0.00061, 0.00058]}
//	{"name": "Python threads", "points": [{"workers": 1, "seconds": [1.2, 1.3]}]}
type external struct {
	Name    string    `json:"name"`
	Seconds []float64 `json:"seconds"`
	Points  []struct {
		Workers int       `json:"workers"`
		Seconds []float64 `json:"seconds"`
	} `json:"points"`
}

// AddJSON appends what another program measured:
// {"name": …, "seconds": […]}, or a list of such objects.
func (s *Samples) AddJSON(data []byte) error {
	list, err := parse(data)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := checkSeconds(e.Name, e.Seconds); err != nil {
			return err
		}
	}
	for _, e := range list {
		s.Add(e.Name, e.Seconds...)
	}
	return nil
}

// AddJSON appends series that another program measured:
// {"name": …, "points": [{"workers": 1, "seconds": […]}]}, or a list of such
// objects.
func (s *Scaling) AddJSON(data []byte) error {
	list, err := parse(data)
	if err != nil {
		return err
	}
	all := make([]map[int][]float64, len(list))
	for i, e := range list {
		all[i] = map[int][]float64{}
		if len(e.Points) == 0 {
			return fmt.Errorf("measure: %q has no points", e.Name)
		}
		for _, p := range e.Points {
			if p.Workers < 1 {
				return fmt.Errorf("measure: %q has a point with %d workers; the least is 1", e.Name, p.Workers)
			}
			if err := checkSeconds(e.Name, p.Seconds); err != nil {
				return err
			}
			all[i][p.Workers] = append(all[i][p.Workers], p.Seconds...)
		}
	}
	for i, e := range list {
		s.Add(e.Name, all[i])
	}
	return nil
}

func parse(data []byte) ([]external, error) {
	var list []external
	if err := json.Unmarshal(data, &list); err == nil {
		return list, nil
	}
	var one external
	if err := json.Unmarshal(data, &one); err != nil {
		return nil, fmt.Errorf("measure: this is not the JSON of a measurement: %w", err)
	}
	return []external{one}, nil
}

func checkSeconds(name string, seconds []float64) error {
	if name == "" || len(seconds) == 0 {
		return fmt.Errorf("measure: a measurement needs a name and seconds; %q has %d", name, len(seconds))
	}
	for _, x := range seconds {
		if !(x > 0) || math.IsInf(x, 0) {
			return fmt.Errorf("measure: %q has a time of %g s; times must be above zero", name, x)
		}
	}
	return nil
}
