package tenantcopy_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pitfalls are situations that anonymisers (A) and those who operate a copy (O)
// have met. Each is a test with its number, in the package where it makes sense:
// TestA07_…, TestO19_… or, where it needs an API server, TestKubeO19_…; or a
// section of a script under e2e that begins with "# O31: ".
var pitfalls = []struct {
	letter      string
	first, last int
}{{"A", 1, 30}, {"O", 16, 39}}

// Each pitfall has a test that is named after it.
func TestEachPitfallHasATest(t *testing.T) {
	named := regexp.MustCompile(`(?m)^(?:func Test(?:Kube)?([AO]\d\d)_|# ([AO]\d\d): )`)
	found := make(map[string]bool)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".txtar") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range named.FindAllSubmatch(text, -1) {
			found[string(m[1])+string(m[2])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pitfalls {
		for n := p.first; n <= p.last; n++ {
			if name := fmt.Sprintf("%s%02d", p.letter, n); !found[name] {
				t.Errorf("there is no Test%s_…", name)
			}
		}
	}
}
