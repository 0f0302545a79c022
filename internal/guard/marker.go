package guard

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// MarkerVersion is the version of the marker's format.
const MarkerVersion = 1

// Owner is what every marker of ours says about who made the twin.
const Owner = "tenantcopy"

// State is how far a run has come on a twin.
type State string

// The states, in order. From Switching on, recovery only goes forward. Failed
// is the end of a run that never came so far, in a store that no earlier run
// completed: where one did, its marker is given back instead.
const (
	Copying   State = "copying"
	Sealed    State = "sealed"
	Switching State = "switching"
	Complete  State = "complete"
	Failed    State = "failed"
)

// Marker is what every store of a twin says about itself.
type Marker struct {
	Version int         `json:"version"`
	Owner   string      `json:"owner"`
	Twin    string      `json:"twin"` // "staging/acme"
	Run     string      `json:"run"`  // run id
	State   State       `json:"state"`
	Code    report.Code `json:"code,omitempty"` // how the run ended, when State is Failed
	Origin  string      `json:"origin"`
	Source  string      `json:"source"` // "prod/acme"

	Time  time.Time `json:"time"`
	Rules string    `json:"rules"` // hash of the rules
	Key   string    `json:"key"`   // fingerprint of the root key
	User  string    `json:"user"`

	Serving *Serving `json:"serving,omitempty"` // the last complete copy, which is live unless State is Switching
	Stale   []string `json:"stale,omitempty"`   // runs whose staged leftovers may still lie about
	InUse   *InUse   `json:"in_use,omitempty"`
}

// Serving describes the copy that is live.
type Serving struct {
	Run    string    `json:"run"`
	Source string    `json:"source"`
	Time   time.Time `json:"time"`
	Rules  string    `json:"rules"`
	Key    string    `json:"key"`
}

// InUse says who works on a twin, and until when nobody else should refresh it.
type InUse struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

// Encode returns the marker as one line of JSON.
func (m Marker) Encode() string {
	b, err := json.Marshal(m)
	if err != nil {
		panic("encode marker: " + err.Error()) // strings and times only
	}
	return string(b)
}

// ErrForeign reports a text that is not a marker of ours.
var ErrForeign = errors.New("not a marker of tenantcopy")

// DecodeMarker reads what Encode wrote. Anything else is ErrForeign; the text
// is not quoted, since it may be anybody's. Run ids become parts of names that
// are searched for and removed, so one that is no DNS label is not ours.
func DecodeMarker(text string) (Marker, error) {
	var m Marker
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.Owner != Owner || m.Version < 1 {
		return Marker{}, ErrForeign
	}
	if m.Version > MarkerVersion {
		return Marker{}, errors.New("marker was written by a newer tenantcopy")
	}
	if !m.valid() {
		return Marker{}, ErrForeign
	}
	return m, nil
}

func (m Marker) valid() bool {
	runs := append([]string{m.Run}, m.Stale...)
	if m.Serving != nil {
		runs = append(runs, m.Serving.Run)
	}
	_, err := tenant.ParseRef(m.Twin)
	known := slices.Contains([]State{Copying, Sealed, Switching, Complete, Failed}, m.State)
	return err == nil && known && !slices.ContainsFunc(runs, func(run string) bool { return !tenant.IsLabel(run) })
}

// serving describes m as the live copy.
func (m Marker) serving() *Serving {
	return &Serving{Run: m.Run, Source: m.Source, Time: m.Time, Rules: m.Rules, Key: m.Key}
}
