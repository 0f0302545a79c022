package anonymize

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// PostgreSQL's binary numeric: int16 count of base-10000 digits, int16 weight
// of the first, int16 sign, int16 decimals shown, then the digits.
const (
	numericHead     = 8
	numericPositive = 0x0000
	numericNegative = 0x4000

	numericNaN         = 0xC000
	numericInfinite    = 0xD000
	numericNegInfinite = 0xF000
)

// appendNumeric writes a numeric as decimal text; NaN and the infinities have
// none.
func appendNumeric(dst, raw []byte) ([]byte, error) {
	if len(raw) < numericHead {
		return dst, errForm
	}
	count, weight := int(binary.BigEndian.Uint16(raw)), int(int16(binary.BigEndian.Uint16(raw[2:])))
	sign, scale := binary.BigEndian.Uint16(raw[4:]), int(binary.BigEndian.Uint16(raw[6:]))
	if len(raw) != numericHead+2*count || (sign != numericPositive && sign != numericNegative) || scale > 0x3FFF {
		return dst, errForm
	}
	for i := numericHead; i < len(raw); i += 2 {
		if binary.BigEndian.Uint16(raw[i:]) > 9999 {
			return dst, errForm
		}
	}
	digit := func(i int) uint64 { // base-10000 digit of weight i
		if at := weight - i; at >= 0 && at < count {
			return uint64(binary.BigEndian.Uint16(raw[numericHead+2*at:]))
		}
		return 0
	}
	if sign == numericNegative {
		dst = append(dst, '-')
	}
	top := max(weight, 0)
	for top > 0 && digit(top) == 0 { // a server sends none in front
		top--
	}
	for i := top; i >= 0; i-- {
		if i == top {
			dst = strconv.AppendUint(dst, digit(i), 10)
		} else {
			dst = appendFour(dst, digit(i))
		}
	}
	if scale == 0 {
		return dst, nil
	}
	dst = append(dst, '.')
	start := len(dst)
	for i := -1; len(dst)-start < scale; i-- {
		dst = appendFour(dst, digit(i))
	}
	return dst[:start+scale], nil
}

func appendFour(dst []byte, d uint64) []byte {
	return append(dst, byte('0'+d/1000), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}

// encodeNumeric reads plain decimal text, without exponent.
func encodeNumeric(dst, in []byte) ([]byte, error) {
	sign := uint16(numericPositive)
	if len(in) > 0 && in[0] == '-' {
		sign, in = numericNegative, in[1:]
	}
	whole, fraction, _ := bytes.Cut(in, []byte("."))
	scale := len(fraction)
	if len(whole)+scale == 0 || scale > 0x3FFF {
		return dst, errForm
	}
	for len(whole)%4 != 0 || len(whole) == 0 {
		whole = append([]byte("0"), whole...)
	}
	padded := append(append([]byte(nil), whole...), fraction...)
	for len(padded)%4 != 0 {
		padded = append(padded, '0')
	}
	weight := len(whole)/4 - 1
	var digits []uint16
	for i := 0; i < len(padded); i += 4 {
		d, err := strconv.ParseUint(string(padded[i:i+4]), 10, 16)
		if err != nil {
			return dst, errForm
		}
		digits = append(digits, uint16(d))
	}
	for len(digits) > 0 && digits[0] == 0 {
		digits, weight = digits[1:], weight-1
	}
	for len(digits) > 0 && digits[len(digits)-1] == 0 {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 {
		weight, sign = 0, numericPositive
	}
	for _, v := range []uint16{uint16(len(digits)), uint16(int16(weight)), sign, uint16(scale)} {
		dst = binary.BigEndian.AppendUint16(dst, v)
	}
	for _, d := range digits {
		dst = binary.BigEndian.AppendUint16(dst, d)
	}
	return dst, nil
}
