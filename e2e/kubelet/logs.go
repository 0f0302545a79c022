package kubelet

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"
)

// logs answers the API server, which asks a pod's node for its logs.
func (k *Kubelet) logs() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		p := k.find(r.PathValue("pod"))
		if p == nil || p.states[r.PathValue("container")] == nil {
			http.Error(w, "no such container", http.StatusNotFound)
			return
		}
		f, err := os.Open(p.logFile(r.PathValue("container")))
		if err != nil {
			http.Error(w, "the container has not started", http.StatusBadRequest)
			return
		}
		defer f.Close()
		skip(f, r.FormValue("tailLines"))
		_, _ = io.Copy(w, f)
		if r.FormValue("follow") == "true" {
			p.follow(w, r, f)
		}
	})
	return mux
}

// follow sends what is still being written, until the container has ended.
func (p *pod) follow(w http.ResponseWriter, r *http.Request, f io.Reader) {
	for {
		ended := p.hasEnded(r.PathValue("container"))
		if _, err := io.Copy(w, f); err != nil || ended {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (p *pod) hasEnded(container string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.states[container].State.Terminated != nil
}

// skip moves f to its last lines; all of it stays when no number is asked for.
func skip(f io.ReadSeeker, lines string) {
	n, err := strconv.Atoi(lines)
	if err != nil {
		return
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return
	}
	all := slices.Collect(bytes.Lines(text))
	shown := bytes.Join(all[max(0, len(all)-n):], nil)
	_, _ = f.Seek(int64(len(text)-len(shown)), io.SeekStart)
}
