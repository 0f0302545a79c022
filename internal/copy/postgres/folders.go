package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Folders with the schema's archive last as long as their reader. One that a
// killed run has left is removed by the next: each is locked for as long as
// its process lives, and the kernel drops the lock with it, so neither clocks
// nor process numbers of another container are asked.

const folderPrefix = "tenantcopy-schema-"

// folder is one of them; lock keeps it.
type folder struct {
	path string
	lock *os.File
}

// tempDir makes a folder that lasts until Close.
func (r *reader) tempDir() (string, error) {
	removeStale()
	path, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return "", err
	}
	f := folder{path: path}
	if f.lock, err = hold(path); err != nil {
		return "", errors.Join(err, os.RemoveAll(path))
	}
	r.mu.Lock()
	r.dirs = append(r.dirs, f)
	r.mu.Unlock()
	return path, nil
}

// hold locks a folder; it fails when its process lives.
func hold(path string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// removeStale removes what nobody holds. A folder without its lock's file was
// made this instant, and is left alone; one of another user's cannot be opened.
func removeStale() {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, path := range paths {
		if _, err := os.Lstat(filepath.Join(path, "lock")); err != nil {
			continue
		}
		if lock, err := hold(path); err == nil {
			_ = os.RemoveAll(path)
			_ = lock.Close()
		}
	}
}

// remove ends a folder.
func (f folder) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}
