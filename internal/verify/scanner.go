package verify

import (
	"context"
	"iter"
)

// Scanner reads the staged copy of one store back. Every adapter's Staged is
// one.
type Scanner interface {
	// Plant puts the control into the staged copy as a record of its own.
	// Planting twice leaves one.
	Plant(ctx context.Context, c Control) error
	// Parts lists what is to be read, as pieces that may be scanned at once.
	Parts(ctx context.Context) iter.Seq2[Part, error]
	// Unplant removes the control; it is not an error if it is gone.
	Unplant(ctx context.Context, c Control) error
}

// Part is one piece of a staged copy: a table, an index, a batch of keys.
// Scan hands every record and every value in it to the Inspector, which
// belongs to this call, and may run twice.
type Part struct {
	ID   string
	Scan func(ctx context.Context, in *Inspector) error
}

// Control is a random record that the scan must find. Name is fit for a
// table, an index's document id, a key or an object's name; Value is an
// address that belongs to nobody.
type Control struct {
	Name  string // "tenantcopy-control-<12>"
	Value string // "<12>@control.tenantcopy.invalid"
}

// NewControl makes a control from 12 random base32 characters.
func NewControl(random string) Control {
	return Control{Name: "tenantcopy-control-" + random, Value: random + "@" + controlDomain}
}

const controlDomain = "control.tenantcopy.invalid"
