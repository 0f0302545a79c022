package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// saveManifest writes a run's evidence as <folder>/<env>-<name>/<run>.json,
// scrubbed, and returns its path.
func (a *app) saveManifest(p *runPlan, m report.Manifest) (string, error) {
	dir := a.manifestFolder(p)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", manifestLost(dir)
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, m.Run+".json")
	if err := os.WriteFile(path, []byte(a.out.cleanJSON(string(data))+"\n"), 0o644); err != nil {
		return "", manifestLost(path)
	}
	return path, nil
}

// manifestLost is a run whose evidence could not be kept.
func manifestLost(path string) error {
	return &report.Error{Code: report.Failed, Op: "write the manifest", Err: errors.New(path + " cannot be written"),
		Hint: "make room there, or name another folder with --report"}
}

// checkReports refuses a folder that takes no manifest, before there is
// anything to write into it.
func (a *app) checkReports(p *runPlan) error {
	dir := a.manifestFolder(p)
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".writable-*"); err == nil {
			_ = f.Close()
			err = os.Remove(f.Name())
		}
	}
	if err != nil {
		return refuse("prepare the manifest", dir+" cannot be written", "name another folder with --report")
	}
	return nil
}

func (a *app) manifestFolder(p *runPlan) string {
	return filepath.Join(p.reports, strings.ReplaceAll(p.dst.ref.String(), "/", "-"))
}

// lastManifest reads the manifest of a run, if it is still there.
func (a *app) lastManifest(p *runPlan, run string) (report.Manifest, bool) {
	var m report.Manifest
	data, err := os.ReadFile(filepath.Join(a.manifestFolder(p), run+".json"))
	if err != nil || json.Unmarshal(data, &m) != nil {
		return m, false
	}
	return m, true
}
