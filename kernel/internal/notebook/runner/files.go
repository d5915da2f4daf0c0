package runner

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"

	"songsong/kernel/internal/notebook"
)

// WriteJSON writes reports to a file, times in seconds.
func WriteJSON(path string, reports []*Report) error {
	list := make([]reportJSON, len(reports))
	for i, r := range reports {
		list[i] = jsonReport(r)
	}
	data, err := json.MarshalIndent(map[string]any{"notebooks": list}, "", "  ")
	if err != nil {
		return err
	}
	if _, err = notebook.ReplaceFile(path, append(data, '\n')); err != nil {
		return fmt.Errorf("can't write the report: %w", err)
	}
	return nil
}

type reportJSON struct {
	Path    string     `json:"path"`
	Status  string     `json:"status"`
	Error   string     `json:"error,omitempty"`
	Start   time.Time  `json:"start"`
	Seconds float64    `json:"seconds"`
	Figures []string   `json:"figures,omitempty"`
	Cells   []cellJSON `json:"cells"`

	Differences []string `json:"differences,omitempty"`
}

type cellJSON struct {
	Number    int       `json:"number"`
	Count     int       `json:"count,omitempty"`
	ID        string    `json:"id"`
	Label     string    `json:"label,omitempty"`
	Status    Status    `json:"status"`
	Tier      string    `json:"tier,omitempty"`
	Start     time.Time `json:"start"`
	Seconds   float64   `json:"seconds"`
	Line      int       `json:"line,omitempty"`
	Error     string    `json:"error,omitempty"`
	Traceback string    `json:"traceback,omitempty"`
	Notice    string    `json:"notice,omitempty"`
}

func jsonReport(r *Report) reportJSON {
	out := reportJSON{Path: r.Path, Status: "passed", Start: r.Start, Seconds: r.Duration.Seconds(), Figures: r.Figures, Cells: []cellJSON{}}
	if r.Err != nil {
		out.Status, out.Error = "failed", r.Err.Error()
	}
	out.Differences = r.Differences
	for _, c := range r.Cells {
		cj := cellJSON{Number: c.Number, Count: c.Count, ID: c.ID, Label: c.Label, Status: c.Status, Tier: c.Tier, Start: c.Start, Seconds: c.Duration.Seconds(), Line: c.Line, Notice: c.Notice}
		if c.Err != nil {
			cj.Error, cj.Traceback = c.Err.Error(), Plain(c.Err.Traceback)
		}
		out.Cells = append(out.Cells, cj)
	}
	return out
}

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Start    string      `xml:"timestamp,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *struct{}     `xml:"skipped"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes reports to a file in the XML that CI servers read: a test
// suite for each notebook, a test case for each cell.
func WriteJUnit(path string, reports []*Report) error {
	var all junitSuites
	for _, r := range reports {
		all.Suites = append(all.Suites, junitOf(r))
	}
	data, err := xml.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	if _, err = notebook.ReplaceFile(path, append([]byte(xml.Header), append(data, '\n')...)); err != nil {
		return fmt.Errorf("can't write the JUnit report: %w", err)
	}
	return nil
}

func junitOf(r *Report) junitSuite {
	s := junitSuite{Name: r.Path, Time: seconds(r.Duration), Start: r.Start.UTC().Format("2006-01-02T15:04:05")}
	for _, c := range r.Cells {
		tc := junitCase{Name: strings.TrimSpace(fmt.Sprintf("cell %d %s", c.Number, c.Label)), Class: r.Path, Time: seconds(c.Duration)}
		switch c.Status {
		case Failed:
			s.Failures++
			tc.Failure = &junitMessage{Message: (&CellError{Path: r.Path, Cell: c}).Error(), Type: c.Err.Name, Text: Plain(c.Err.Traceback)}
		case Skipped:
			s.Skipped++
			tc.Skipped = &struct{}{}
		}
		s.Cases = append(s.Cases, tc)
	}
	var ce *CellError
	if r.Err != nil && !errors.As(r.Err, &ce) {
		s.Errors++
		s.Cases = append(s.Cases, junitCase{Name: "notebook", Class: r.Path, Time: "0", Error: &junitMessage{Message: r.Err.Error(), Type: "notebook", Text: strings.Join(r.Differences, "\n")}})
	}
	s.Tests = len(s.Cases)
	return s
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
