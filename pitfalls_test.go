package tenantcopy_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pitfalls is how many situations the list of pitfalls has that anonymisers
// have met; each is a test with its number, in the package where it makes sense.
const pitfalls = 30

// Each pitfall of anonymisers has a test that is named after it.
func TestEachPitfallHasATest(t *testing.T) {
	var all strings.Builder
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= pitfalls; n++ {
		if name := fmt.Sprintf("TestA%02d_", n); !strings.Contains(all.String(), "\nfunc "+name) {
			t.Errorf("there is no %s…", name)
		}
	}
}
