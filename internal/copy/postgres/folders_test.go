package postgres

import (
	"os"
	"path/filepath"
	"testing"
)

// Folders of dead runs are removed by the next one, those of living ones are
// not, nor is what is not ours.
func TestStaleFoldersAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	living := &reader{}
	kept, err := living.tempDir()
	if err != nil {
		t.Fatal(err)
	}
	dead, young, other := filepath.Join(os.TempDir(), folderPrefix+"dead"), filepath.Join(os.TempDir(), folderPrefix+"young"), filepath.Join(os.TempDir(), "other")
	for _, path := range []string{dead, young, other} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dead, other} {
		if err := os.WriteFile(filepath.Join(path, "lock"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (&reader{}).tempDir(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{kept: true, young: true, other: true, dead: false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}
