package postgres

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
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

// Runs that start at the same moment remove nothing of each other: a folder is
// to be taken for stale neither while it is made nor later.
func TestFoldersOfRunsThatStartTogether(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	err := parallel.All(t.Context(), 8, 4000, func(_ context.Context, _ int) error {
		r := &reader{}
		path, err := r.tempDir()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(path, "schema"), nil, 0o600); err != nil {
			return err
		}
		for _, f := range r.dirs {
			f.remove()
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%d folders were left", len(left))
	}
}
