//go:build !race

package media

import (
	"strings"
	"testing"
)

// What unpacks to too much is refused.
func TestStripRefusesABomb(t *testing.T) {
	if out, err := Strip(aLetter(t, "word/styles.xml", "<a>"+strings.Repeat(" ", maxUnpacked))); err == nil || out != nil {
		t.Errorf("a bomb passes, %d bytes", len(out))
	}
}
