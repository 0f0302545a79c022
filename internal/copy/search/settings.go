package search

import (
	"fmt"
	"maps"
	"slices"
)

// This room decides which settings an index takes along, which it has while
// it is loaded, and which it gets back.

// stripped reports whether a setting belongs to the place and not to the
// index: identity, allocation, blocks, life cycle.
func stripped(key string) bool {
	switch key {
	case "uuid", "provided_name", "creation_date", "version", "history", "resize", "shrink", "routing", "lifecycle", "blocks",
		"frozen", "store", "verified_before_close", "downsample", "replication", "priority", "time_series":
		return true
	}
	return false
}

// loading are the settings of an index while it is filled. They are also what
// keeps a template of the destination from putting a pipeline in the way.
func loading() map[string]any {
	return map[string]any{
		"number_of_replicas": 0, "auto_expand_replicas": false, "refresh_interval": "-1", "translog.durability": "async",
		"default_pipeline": "_none", "final_pipeline": "_none", "write.wait_for_active_shards": "1",
	}
}

// createSettings returns the settings to create the copy with.
func createSettings(source map[string]any) map[string]any {
	out := make(map[string]any)
	for key, value := range source {
		if !stripped(key) {
			flatten(out, key, value)
		}
	}
	delete(out, "search.throttled")
	maps.Copy(out, loading())
	return out
}

// restored returns what loading has changed, as the source has it; nil resets
// a setting to the server's default.
func restored(source map[string]any) map[string]any {
	flat := make(map[string]any)
	for key, value := range source {
		flatten(flat, key, value)
	}
	out := make(map[string]any)
	for key := range loading() {
		out[key] = flat[key]
	}
	return out
}

// flatten writes nested settings as dotted names.
func flatten(out map[string]any, name string, value any) {
	node, nested := value.(map[string]any)
	if !nested {
		out[name] = value
		return
	}
	for key, inner := range node {
		flatten(out, name+"."+key, inner)
	}
}

// leftSettings notes what an index refers to and does not take along.
func leftSettings(name string, settings map[string]any) []string {
	var notes []string
	for _, at := range []struct{ key, what string }{{"default_pipeline", "ingest pipeline"}, {"final_pipeline", "ingest pipeline"}} {
		if pipeline, _ := settings[at.key].(string); pipeline != "" && pipeline != "_none" {
			notes = append(notes, fmt.Sprintf("index %s: %s %s is named, but not carried itself", name, at.what, pipeline))
		}
	}
	if policy, _ := lookUp(settings, "lifecycle", "name").(string); policy != "" {
		notes = append(notes, fmt.Sprintf("index %s: lifecycle policy %s is not carried", name, policy))
	}
	if blocks, _ := settings["blocks"].(map[string]any); len(blocks) > 0 {
		notes = append(notes, fmt.Sprintf("index %s: blocks %v are not carried", name, slices.Sorted(maps.Keys(blocks))))
	}
	return notes
}
