package pools

import (
	"testing"

	"songsong/helpers/internal/doccheck"
)

func TestEveryNameIsDocumentedAndShown(t *testing.T) { doccheck.Run(t) }
