package ruleset

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Line returns the lines of YAML that rule one field, ready to paste into a rules file. group is a name or pattern as a rules file
// writes it; field is empty for blob and redis, where the group itself has the rule. rule is written as it stands; when it is empty a comment
// lists the usual verbs, and the file is refused until one of them is chosen.
//
//	postgres:
//	  users:
//	    email: # keep | null | …
func Line(store, group, field, rule string) string {
	if rule == "" {
		rule = "# " + usual(kindOf(store), field)
	}
	if field == "" {
		return store + ":\n  " + key(group) + ": " + rule + "\n"
	}
	return store + ":\n  " + key(group) + ":\n    " + key(field) + ": " + rule + "\n"
}

// usual lists the verbs one chooses from most often, all of them accepted in that place.
func usual(kind, field string) string {
	verbs := "keep | null | text | person.name | person.email | email | phone | uuid | …"
	switch {
	case kind == "blob":
		verbs = "keep | drop | placeholder | avatar | text | …"
	case kind == "redis" && field == "$groups":
		verbs = "keep | drop | text | …"
	case kind == "redis" && field == "":
		verbs = "keep | drop | scan | {json: {…}} | {hash: {…}} | {list: scan} | …"
	case kind == "search" && isDocumentName(field):
		verbs = "keep | uuid | digits | …"
	case kind == "search":
		verbs = "keep | drop | text | scan | person.name | person.email | email | phone | …"
	}
	return verbs
}

// key quotes a mapping key where YAML would read something else, or might in another version.
func key(name string) string {
	plain := regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.$-]*$`)
	word := regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)
	if plain.MatchString(name) && !word.MatchString(name) {
		return name
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(name); err != nil { // a string always encodes
		return `""`
	}
	return strings.TrimSuffix(out.String(), "\n")
}
