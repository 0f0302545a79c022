package anonymize

import (
	"bytes"
	"encoding/hex"
)

// applyUUID replaces a UUID by another of version 4, in the same spelling:
// hyphens, braces and case stay. In anything else the UUIDs that it contains
// are replaced, and without one it is treated as a number of another kind.
func applyUUID(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	start := len(dst)
	dst = append(dst, v...)
	out := dst[start:]
	if bare := bytes.Trim(bytes.TrimSpace(out), "{}"); a.replaceUUID(bare) {
		return dst, changed, nil
	}
	found := false
	for i := 0; i+uuidLength <= len(out); i++ {
		if (i == 0 || !isHex(out[i-1])) && (i+uuidLength == len(out) || !isHex(out[i+uuidLength])) && out[i+8] == '-' && a.replaceUUID(out[i:i+uuidLength]) {
			found = true
			i += uuidLength - 1
		}
	}
	if found {
		return dst, changed, nil
	}
	return a.shortNumber(dst[:start], v)
}

// uuidLength is that of a UUID with hyphens.
const uuidLength = 36

// replaceUUID replaces v in place if all of it is one UUID.
func (a *Anonymizer) replaceUUID(v []byte) bool {
	var room [16]byte
	normal, err := parseUUID(room[:0], v)
	if err != nil {
		return false
	}
	sum := a.format.Sum([]byte("uuid"), normal)
	sum[6], sum[8] = sum[6]&0x0F|0x40, sum[8]&0x3F|0x80
	var spelled [32]byte
	digits := spelled[:]
	hex.Encode(digits, sum[:16])
	upper := bytes.ContainsAny(v, "ABCDEF")
	for i, c := range v {
		if !isHex(c) {
			continue
		}
		d := digits[0]
		if digits = digits[1:]; upper && d >= 'a' {
			d -= 'a' - 'A'
		}
		v[i] = d
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// applyIBAN replaces the digits of the account part one to one and recomputes
// the check digits (ISO 7064, mod 97-10). Country, letters and layout stay.
func applyIBAN(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	var room [34]byte
	compact := room[:0]
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == ' ' || c == '\t' || c == '-' || c == '\r' || c == '\n':
		case len(compact) == len(room):
			return a.shortNumber(dst, v)
		case c >= 'a' && c <= 'z':
			compact = append(compact, c-'a'+'A')
		case c >= '0' && c <= '9' || isLetter(c):
			compact = append(compact, c)
		default:
			return a.shortNumber(dst, v)
		}
	}
	if len(compact) < 15 || !isLetter(compact[0]) || !isLetter(compact[1]) || countDigits(compact[2:4]) < 2 || countDigits(compact[4:]) == 0 {
		return a.shortNumber(dst, v)
	}
	a.permute(compact[4:])
	check := 98 - (mod97(mod97(0, compact[4:]), compact[:2])*100)%97
	compact[2], compact[3] = '0'+byte(check/10), '0'+byte(check%10)
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9' || isLetter(c):
			c, compact = compact[0], compact[1:]
		case c >= 'a' && c <= 'z':
			c, compact = compact[0]-'A'+'a', compact[1:]
		}
		dst = append(dst, c)
	}
	return dst, changed, nil
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

// mod97 returns, modulo 97, the number spelled by digits and capital letters
// (A is 10) behind what rest is left of the number before them.
func mod97(rest int, s []byte) int {
	for _, c := range s {
		if c >= '0' && c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest
}
