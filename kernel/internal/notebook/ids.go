package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
)

var validID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// fixIDs gives an id to every cell that has none, a bad one, or one that an
// earlier cell has.
func (nb *Notebook) fixIDs() {
	taken := map[string]bool{}
	for _, c := range nb.Cells {
		if !validID.MatchString(c.ID) || taken[c.ID] {
			c.ID = ""
			continue
		}
		taken[c.ID] = true
	}
	for _, c := range nb.Cells {
		if c.ID == "" {
			c.ID = newID(c, taken)
			taken[c.ID] = true
		}
	}
}

// newID makes an id from the cell's text.
func newID(c *Cell, taken map[string]bool) string {
	sum := sha256.Sum256([]byte(c.Type + "\n" + c.Source))
	base := hex.EncodeToString(sum[:4])
	id := base
	for i := 2; taken[id]; i++ {
		id = fmt.Sprintf("%s-%d", base, i)
	}
	return id
}
