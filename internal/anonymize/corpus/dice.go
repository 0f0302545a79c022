package corpus

import "github.com/tenantcopy/tenantcopy/internal/anonymize/splitmix"

// dice are the package's own random numbers, which no release of a library
// changes.
type dice splitmix.Source

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int { return int((*splitmix.Source)(d).Uint64() % uint64(n)) }

// oneIn is true once in n times.
func (d *dice) oneIn(n int) bool { return d.below(n) == 0 }

// of returns one of the choices.
func of[T any](d *dice, choices []T) T { return choices[d.below(len(choices))] }
