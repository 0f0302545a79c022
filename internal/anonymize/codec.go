package anonymize

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"time"
)

// errForm reports a value that does not have its field's form.
var errForm = errors.New("value does not have the form of its type")

// postgresEpoch is where PostgreSQL's binary dates begin.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	dateLayout      = "2006-01-02"
	timestampLayout = "2006-01-02T15:04:05.999999Z"
)

// special reports a value that is no number or date of its type and says
// nothing about anybody: NaN and the infinities. Only a constant replaces it.
func special(form Form, raw []byte) bool {
	switch {
	case form == FormNumeric && len(raw) >= numericHead:
		sign := binary.BigEndian.Uint16(raw[4:])
		return sign == numericNaN || sign == numericInfinite || sign == numericNegInfinite
	case form == FormFloat && len(raw) == 4:
		f := float64(math.Float32frombits(binary.BigEndian.Uint32(raw)))
		return math.IsNaN(f) || math.IsInf(f, 0)
	case form == FormFloat && len(raw) == 8:
		f := math.Float64frombits(binary.BigEndian.Uint64(raw))
		return math.IsNaN(f) || math.IsInf(f, 0)
	case form == FormDate && len(raw) == 4:
		return bigEndian(raw) == math.MaxInt32 || bigEndian(raw) == math.MinInt32
	case form == FormTimestamp && len(raw) == 8:
		return bigEndian(raw) == math.MaxInt64 || bigEndian(raw) == math.MinInt64
	}
	return false
}

// decode returns the text form of a value: for text and JSON the value
// itself, for binary forms what a person would write.
func (a *Anonymizer) decode(form Form, raw []byte) ([]byte, error) {
	switch form {
	case FormText, FormJSON, FormBytes, FormEnum:
		return raw, nil
	case FormJSONB:
		if len(raw) == 0 || raw[0] != 1 {
			return nil, errForm
		}
		return raw[1:], nil
	case FormUUID:
		if len(raw) != 16 {
			return nil, errForm
		}
		a.decoded = appendUUID(a.decoded[:0], raw)
		return a.decoded, nil
	case FormInet:
		out, err := appendInet(a.decoded[:0], raw)
		a.decoded = out
		return out, err
	case FormNumeric:
		out, err := appendNumeric(a.decoded[:0], raw)
		a.decoded = out
		return out, err
	}
	out, err := appendScalar(a.decoded[:0], form, raw)
	if err == nil {
		a.decoded = out
	}
	return out, err
}

// appendScalar writes the text form of the fixed-size binary forms.
func appendScalar(dst []byte, form Form, raw []byte) ([]byte, error) {
	switch {
	case form == FormInt && (len(raw) == 2 || len(raw) == 4 || len(raw) == 8):
		return strconv.AppendInt(dst, bigEndian(raw), 10), nil
	case form == FormFloat && len(raw) == 4:
		return strconv.AppendFloat(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), 'g', -1, 32), nil
	case form == FormFloat && len(raw) == 8:
		return strconv.AppendFloat(dst, math.Float64frombits(binary.BigEndian.Uint64(raw)), 'g', -1, 64), nil
	case form == FormBool && len(raw) == 1:
		return strconv.AppendBool(dst, raw[0] != 0), nil
	case form == FormDate && len(raw) == 4:
		if days := bigEndian(raw); days != math.MaxInt32 && days != math.MinInt32 {
			return postgresEpoch.AddDate(0, 0, int(days)).AppendFormat(dst, dateLayout), nil
		}
	case form == FormTimestamp && len(raw) == 8:
		if micros := bigEndian(raw); micros != math.MaxInt64 && micros != math.MinInt64 {
			return appendTimestamp(dst, micros), nil
		}
	}
	return dst, errForm
}

// appendTimestamp writes microseconds since 2000; a Duration would overflow
// after 292 years, so seconds and the rest go separately.
func appendTimestamp(dst []byte, micros int64) []byte {
	seconds, rest := micros/1e6, micros%1e6
	return time.Unix(postgresEpoch.Unix()+seconds, rest*1000).UTC().AppendFormat(dst, timestampLayout)
}

func bigEndian(raw []byte) int64 {
	switch len(raw) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(raw)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	}
	return int64(binary.BigEndian.Uint64(raw))
}

// encode turns the text form at arena[start:] into the wire form and returns
// it. size is the length of the value it replaces, which tells the width of
// integers and floats.
func (a *Anonymizer) encode(form Form, start, size int) ([]byte, error) {
	in := a.arena[start:]
	at := len(a.arena)
	var err error
	switch form {
	case FormText, FormJSON, FormBytes, FormEnum:
		return in, nil
	case FormJSONB:
		a.arena = append(append(a.arena, 1), in...)
	case FormUUID:
		a.arena, err = parseUUID(a.arena, in)
	case FormInet:
		a.arena, err = encodeInet(a.arena, in)
	case FormNumeric:
		a.arena, err = encodeNumeric(a.arena, in)
	default:
		a.arena, err = encodeScalar(a.arena, form, in, size)
	}
	return a.arena[at:], err
}

// encodeScalar reads the fixed-size binary forms; a number beyond the range of
// its type becomes the last one within it.
func encodeScalar(dst []byte, form Form, in []byte, size int) ([]byte, error) {
	switch form {
	case FormInt:
		n, err := strconv.ParseInt(string(in), 10, size*8)
		if errors.Is(err, strconv.ErrRange) {
			err = nil
		}
		return appendBig(dst, uint64(n), size), badForm(err)
	case FormFloat:
		f, err := strconv.ParseFloat(string(in), size*8)
		if size == 4 {
			return appendBig(dst, uint64(math.Float32bits(float32(f))), 4), badForm(err)
		}
		return appendBig(dst, math.Float64bits(f), 8), badForm(err)
	case FormBool:
		b, err := strconv.ParseBool(string(in))
		if b {
			return append(dst, 1), badForm(err)
		}
		return append(dst, 0), badForm(err)
	case FormDate:
		days, err := parseDate(string(in))
		return appendBig(dst, uint64(days), 4), err
	case FormTimestamp:
		n, err := parseTimestamp(string(in))
		return appendBig(dst, uint64(n), 8), err
	}
	return dst, errForm
}

// badForm hides a parser's message: it quotes what it could not parse.
func badForm(err error) error {
	if err != nil {
		return errForm
	}
	return nil
}

func appendBig(dst []byte, v uint64, size int) []byte {
	for shift := (size - 1) * 8; shift >= 0; shift -= 8 {
		dst = append(dst, byte(v>>shift))
	}
	return dst
}

// appendUUID writes 16 bytes as 8-4-4-4-12.
func appendUUID(dst, raw []byte) []byte {
	for i, cut := range [][2]int{{0, 4}, {4, 6}, {6, 8}, {8, 10}, {10, 16}} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, raw[cut[0]:cut[1]])
	}
	return dst
}

// parseUUID reads 32 hex digits with or without hyphens.
func parseUUID(dst, in []byte) ([]byte, error) {
	digits := make([]byte, 0, 32)
	for _, c := range in {
		if c != '-' {
			digits = append(digits, c)
		}
	}
	if len(digits) != 32 {
		return dst, errForm
	}
	out, err := hex.AppendDecode(dst, digits)
	return out, badForm(err)
}
