package verify

// This room reads numbers that are typed in the digits of another script: a
// keyboard of Arabic or of Japanese writes ٠١٧٠ and ０１７０.

// figures returns a value with those digits, and what stands between them in
// full width, as the digits of ASCII; ok is false where it has too few of them for
// a telephone number. It is valid until the next call.
func (in *Inspector) figures(value []byte) (plain []byte, ok bool) {
	found := 0
	for i := 0; i+1 < len(value); i++ {
		if value[i] >= 0xD9 {
			if _, n := figure(value[i:]); n > 0 {
				found++
			}
		}
	}
	if found < fewestDigits {
		return nil, false
	}
	out := in.figured[:0]
	for i := 0; i < len(value); {
		c, n := figure(value[i:])
		switch {
		case n > 0:
		case i+2 < len(value) && value[i] == 0xEF && value[i+1] == 0xBC && value[i+2] >= 0x88 && value[i+2] <= 0x8F: // ( to / in full width
			c, n = value[i+2]-0x60, 3
		case i+2 < len(value) && value[i] == 0xE3 && value[i+1] == 0x80 && value[i+2] == 0x80: // their blank
			c, n = ' ', 3
		default:
			c, n = value[i], 1
		}
		out, i = append(out, c), i+n
	}
	in.figured = out
	return out, true
}

// figure reads the digit that s begins with and returns its size; 0 where it
// begins with none.
func figure(s []byte) (c byte, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	var zero byte
	switch lead := s[0]; {
	case lead == 0xD9: // Arabic
		zero, size = 0xA0, 2
	case lead == 0xDB: // Persian, Urdu
		zero, size = 0xB0, 2
	case len(s) < 3:
		return 0, 0
	case lead == 0xE0 && (s[1] == 0xA5 || s[1] == 0xA7): // Devanagari, Bengali
		zero, size = 0xA6, 3
	case lead == 0xE0 && s[1] == 0xB9: // Thai
		zero, size = 0x90, 3
	case lead == 0xEF && s[1] == 0xBC: // full width
		zero, size = 0x90, 3
	default:
		return 0, 0
	}
	if digit := s[size-1] - zero; digit <= 9 {
		return '0' + digit, size
	}
	return 0, 0
}
