package guard_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDestinationIsMadeHereOnly lets the compiler judge a package outside:
// what compiles there could write to a tenant that nobody has proved.
func TestDestinationIsMadeHereOnly(t *testing.T) {
	const head = "package outside\n\nimport \"github.com/tenantcopy/tenantcopy/internal/guard\"\n\n"
	for name, tc := range map[string]struct{ code, want string }{
		"a zero value, which holds nothing": {"var _ = guard.Destination{}", ""},
		"content by position":               {"var _ = guard.Destination{nil}", "implicit assignment to unexported field"},
		"content by name":                   {"var _ = guard.Destination{d: nil}", "unexported field d"},
		"the inner type":                    {"var _ guard.destination", "not exported"},
		"a field from outside":              {"func f(d guard.Destination) any { return d.d }", "d.d undefined"},
		"a conversion": {
			"type mine struct{ d *int }\n\nvar _ = guard.Destination(mine{})", "cannot convert",
		},
		"embedding": {"type mine struct{ guard.Destination }\n\nvar _ guard.Destination = mine{}", "cannot use"},
	} {
		t.Run(name, func(t *testing.T) {
			out := build(t, head+tc.code+"\n")
			if tc.want == "" && out != "" {
				t.Errorf("does not compile: %s", out)
			}
			if tc.want != "" && !strings.Contains(out, tc.want) {
				t.Errorf("compiled, or failed for another reason than %q: %s", tc.want, out)
			}
		})
	}
}

// build compiles one file as a package of this module that lies in no folder,
// and returns what the compiler says.
func build(t *testing.T, code string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "outside.go")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "outside", "outside.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(filepath.Dir(file), "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-overlay", list, "./outside").CombinedOutput()
	if err == nil {
		return ""
	}
	return string(out)
}
