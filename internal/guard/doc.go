// Package guard is the second gate: a Destination exists only after Admit has
// proved that this tenant may be written to.
//
// Admit decides; the facts come from the adapters' probes. Its proofs, in
// order: the environments and the direction allow the copy (before any
// connection); source and destination are not the same place; nobody else is
// writing to the twin (the lock); every store that is not empty carries
// tenantcopy's marker for this very twin, or the user has confirmed the
// twin's name. Then the first marker is written, and the Destination is made.
package guard
