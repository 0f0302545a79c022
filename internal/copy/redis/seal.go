package redis

import "context"

// How far a switch has come: the value of the phase key, which Seal writes
// first and which is removed last.
const (
	phaseRename = "rename" // staged keys are being renamed
	phasePrune  = "prune"  // keys that the source no longer has are being removed
	phaseTidy   = "tidy"   // the names record is being removed
)

// Seal implements clone.Store. The names record is complete by now; the phase
// key says so to whoever switches.
func (s *staged) Seal(ctx context.Context) error {
	return s.setPhase(ctx, phaseRename)
}

func (s *staged) setPhase(ctx context.Context, phase string) error {
	return s.dst.fail("note the phase of the switch", s.dst.c.Set(ctx, s.names.phase(), phase, 0).Err())
}
