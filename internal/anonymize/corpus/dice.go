package corpus

// dice are the package's own random numbers, which no release of a library
// changes (splitmix64).
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// oneIn is true once in n times.
func (d *dice) oneIn(n int) bool { return d.below(n) == 0 }

// of returns one of the choices.
func of[T any](d *dice, choices []T) T { return choices[d.below(len(choices))] }
