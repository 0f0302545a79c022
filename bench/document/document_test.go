package document

import (
	"os"
	"path/filepath"
	"testing"
)

// What is between the markers of one command is replaced, and nothing else.
func TestReplace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "doc.md")
	const before = "a\n<!-- make x: begin -->\nold\n<!-- make x: end -->\n<!-- make y: begin -->\nold\n<!-- make y: end -->\nb\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(file, "make y", "new\n"); err != nil {
		t.Fatal(err)
	}
	const want = "a\n<!-- make x: begin -->\nold\n<!-- make x: end -->\n<!-- make y: begin -->\nnew\n<!-- make y: end -->\nb\n"
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if err := Replace(file, "make z", "new\n"); err == nil {
		t.Error("a document without markers was written")
	}
}
