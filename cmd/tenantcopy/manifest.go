package main

import (
	"encoding/json"
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
		return "", refuse("write the manifest", dir+" cannot be made", "name another folder with --report")
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, m.Run+".json")
	if err := os.WriteFile(path, []byte(a.out.clean(string(data))+"\n"), 0o644); err != nil {
		return "", refuse("write the manifest", path+" cannot be written", "name another folder with --report")
	}
	return path, nil
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
