package report

import "time"

// ManifestVersion is the version of the manifest's format.
const ManifestVersion = 1

// Manifest is the evidence of one run: what was copied under which rules and
// key, and what the proof looked at. It holds no value and no secret.
type Manifest struct {
	Version     int             `json:"version"`
	Tool        string          `json:"tool"` // tenantcopy's own version
	Run         string          `json:"run"`
	User        string          `json:"user"`
	Source      string          `json:"source"`
	Destination string          `json:"destination"`
	Origin      string          `json:"origin"`
	Started     time.Time       `json:"started"`
	Ended       time.Time       `json:"ended"`
	Result      string          `json:"result"` // "complete", or the Code of the failure
	Why         string          `json:"why,omitempty"`
	Rules       RulesID         `json:"rules"`
	Key         string          `json:"key"`   // the root key's fingerprint
	Epoch       int             `json:"epoch"` // of the key: raised, every pseudonym is another one
	People      PeopleCount     `json:"people"`
	Stores      []StoreManifest `json:"stores"`
	Proof       Proof           `json:"proof"`
	Phases      []PhaseTime     `json:"phases"`
}

// RulesID says which rules were in force.
type RulesID struct {
	File  string `json:"file"`
	Hash  string `json:"hash"`
	Lock  string `json:"lock,omitempty"` // hash of schema.lock; empty when there is none
	Names string `json:"names"`          // version of the name tables
}

// PeopleCount says how many people were known.
type PeopleCount struct {
	Records int `json:"records"` // rows read from the declared sources
	People  int `json:"people"`  // after joining
	Redrawn int `json:"redrawn"` // people whose first draw was taken or real
}

// StoreManifest is one store's part.
type StoreManifest struct {
	Name   string   `json:"name"`
	Tally  Tally    `json:"tally"`
	Notes  []string `json:"notes,omitempty"`  // what was left out by decision, by place
	Unread []string `json:"unread,omitempty"` // what the proof did not scan, with counts
}

// PhaseTime is how long a phase took.
type PhaseTime struct {
	Phase   Phase   `json:"phase"`
	Seconds float64 `json:"seconds"`
}

// Proof is what verify did, store by store.
type Proof struct {
	Stores []StoreProof `json:"stores"`
}

// StoreProof is the proof of one store.
type StoreProof struct {
	Name     string `json:"name"`
	Records  int64  `json:"records"`
	Values   int64  `json:"values"`
	Bytes    int64  `json:"bytes"`
	Controls int    `json:"controls"` // planted control records that the scan found
	Leaks    []Leak `json:"leaks,omitempty"`
}

// Leak is one hit: where, what kind of thing, and a keyed hash by which two
// hits of the same value can be told to be the same.
type Leak struct {
	Place string `json:"place"`
	Kind  string `json:"kind"`
	Hash  string `json:"hash"`
}
