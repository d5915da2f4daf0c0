package export

import (
	"context"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// lacks skips the test for what the machine lacks, or fails it in CI.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("SONGSONG_CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// TestAxe asks axe-core, in Chromium and in both colour schemes, for faults
// that keep readers out. SONGSONG_AXE names axe.min.js (npm package axe-core).
func TestAxe(t *testing.T) {
	script := os.Getenv("SONGSONG_AXE")
	if script == "" {
		script = "../labtest/node_modules/axe-core/axe.min.js"
	}
	axe, err := os.ReadFile(script)
	if err != nil {
		lacks(t, "there is no axe-core: SONGSONG_AXE does not name its axe.min.js")
	}
	browser, err := findBrowser("")
	if err != nil {
		lacks(t, err.Error())
	}
	page, _, err := HTML(report(t), Options{Facts: ReadFacts(t.Context(), ".")})
	if err != nil {
		t.Fatal(err)
	}
	probe := "<script>" + string(axe) + `</script><script>axe.run().then(r => {
		const p = document.createElement("pre"); p.id = "axe"; p.textContent = JSON.stringify(r.violations.map(
			v => ({impact: v.impact, id: v.id, node: v.nodes[0].html, said: v.nodes[0].failureSummary})));
		document.body.append(p) })</script></body>`
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(strings.Replace(string(page), "</body>", probe, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"0", "1"} { // dark, light
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
			"--blink-settings=preferredColorScheme="+scheme, "--virtual-time-budget=20000", "--dump-dom", "file://"+path).Output()
		cancel()
		m := regexp.MustCompile(`(?s)<pre id="axe">(.*?)</pre>`).FindSubmatch(out)
		if err != nil || m == nil {
			t.Fatalf("axe did not answer: %v", err)
		}
		var faults []struct{ Impact, ID, Node, Said string }
		if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &faults); err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			t.Errorf("scheme %s: %s %s: %s\n%s", scheme, f.Impact, f.ID, f.Node, f.Said)
		}
	}
}
