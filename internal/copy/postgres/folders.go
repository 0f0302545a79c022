package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folders with the schema's archive last as long as their reader. One that a
// killed run has left is removed by the next: each is locked for as long as
// its process lives, and the kernel drops the lock with it, so neither clocks
// nor process numbers of another container are asked.

const (
	folderPrefix = "tenantcopy-schema-"
	makingPrefix = "tenantcopy-making-" // until the lock is held: runs that start together take nothing of each other for stale
)

// folder is one of them; lock keeps it.
type folder struct {
	path string
	lock *os.File
}

// tempDir makes a folder that lasts until Close.
func (r *reader) tempDir() (string, error) {
	removeStale()
	making, err := os.MkdirTemp("", makingPrefix)
	if err != nil {
		return "", err
	}
	f := folder{path: filepath.Join(filepath.Dir(making), folderPrefix+strings.TrimPrefix(filepath.Base(making), makingPrefix))}
	if f.lock, err = hold(making, os.O_CREATE); err != nil {
		return "", errors.Join(err, os.RemoveAll(making))
	}
	if err := os.Rename(making, f.path); err != nil {
		return "", errors.Join(err, os.RemoveAll(making), f.lock.Close())
	}
	r.mu.Lock()
	r.dirs = append(r.dirs, f)
	r.mu.Unlock()
	return f.path, nil
}

// hold locks a folder by a file in it; it fails when its process lives.
func hold(path string, create int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, "lock"), create|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// removeStale removes what nobody holds. One of another user's cannot be opened.
func removeStale() {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, path := range paths {
		if lock, err := hold(path, 0); err == nil {
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
