package redis

import (
	"errors"
	"fmt"
	"strings"
)

// This room holds every name that tenantcopy gives to a key of its own, and
// the proof that none of them looks like a key of the tenant.

// shards is how many hashes the names record is spread over: a part of the
// proof and a step of the switch each, and short enough for one walk.
const shards = 16

// naming knows the names of one run in one store of a destination.
type naming struct {
	prefix string // the tenant's, at the destination
	store  string // "redis", "redis/sessions"
	run    string // run id
}

// staged returns the name under which a key is staged. It stays in the slot
// of the key where braces allow it; a key that has a brace of its own is
// staged under a plain name.
func (n naming) staged(live string) string {
	if strings.IndexByte(live, '}') >= 0 {
		return n.plain() + live
	}
	return "{" + live + "}~" + n.run
}

// plain begins the staged names of keys that hold a brace.
func (n naming) plain() string { return "tc:" + n.run + ":" }

// live undoes staged; false for every other key.
func (n naming) live(staged string) (string, bool) {
	if live, ok := strings.CutPrefix(staged, n.plain()); ok {
		return live, strings.HasPrefix(live, n.prefix)
	}
	live, ok := strings.CutSuffix(staged, "}~"+n.run)
	if !ok || !strings.HasPrefix(live, "{"+n.prefix) {
		return "", false
	}
	return live[1:], true
}

// record begins the names of the names record and of the phase.
func (n naming) record() string { return "tc:" + n.run + "~" + n.store + "~" }

// shard returns the hash of the names record that lists a live name.
func (n naming) shard(live string) string {
	h := uint32(2166136261) // FNV-1a: the same in every process
	for i := range len(live) {
		h = (h ^ uint32(live[i])) * 16777619
	}
	return n.shardAt(int(h % shards))
}

func (n naming) shardAt(i int) string { return fmt.Sprintf("%snames:%02d", n.record(), i) }

// phase is the key that says how far the switch has come.
func (n naming) phase() string { return n.record() + "phase" }

// markerKey returns the name of a twin's marker.
func markerKey(prefix string) string { return "tenantcopy:marker:" + prefix }

// lockKey returns the name of a twin's lock.
func lockKey(twin string) string { return "tenantcopy:lock:" + twin }

// glob returns the pattern that matches exactly the keys which begin with
// prefix.
func glob(prefix string) string { return escape(prefix) + "*" }

// escape makes every byte of s stand for itself in a pattern of SCAN.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(s)
}

// checkPrefix refuses a prefix under which our own keys would look like the
// tenant's: the copy would then find them, and the switch remove them.
func checkPrefix(n naming, twin string) error {
	if n.prefix == "" {
		return errors.New("the prefix is empty: every key of the server would be the tenant's")
	}
	ours := []string{"{" + n.prefix, n.plain() + n.prefix, n.record(), markerKey(n.prefix), lockKey(twin)}
	for _, name := range ours {
		if strings.HasPrefix(name, n.prefix) {
			return errors.New("the prefix is one that tenantcopy's own keys begin with")
		}
	}
	return nil
}
