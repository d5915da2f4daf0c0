package jupyterlab

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"regexp"
)

//go:embed requirements.txt
var requirements []byte

var pinned = regexp.MustCompile(`(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)`)

// Version is the pinned version of JupyterLab.
var Version = func() string {
	for _, m := range pinned.FindAllSubmatch(requirements, -1) {
		if string(m[1]) == "jupyterlab" {
			return string(m[2])
		}
	}
	panic("requirements.txt does not pin jupyterlab")
}()

// lockID names the content of requirements.txt.
func lockID() string {
	sum := sha256.Sum256(requirements)
	return hex.EncodeToString(sum[:8])
}
