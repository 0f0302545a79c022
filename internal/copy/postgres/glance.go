package postgres

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strconv"

	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// This room decides in which form a column is read back. Most are read as they
// are stored, which costs the server nothing: what a sum is over must be, and
// the client can see a telephone number in an int8 without the server's help.

// glance is one column of a SELECT that reads a table back.
type glance struct {
	name  string
	sql   string
	read  reading // how people are looked for in it; nil when they are not
	list  bool    // its flags are cleared, see shape
	run   int     // of a sum over values in the text form; -1 for none
	hexed bool    // bytes, which have a text form of hexadecimal digits
	skip  int     // bytes in front that are no text

	field *verify.Field
}

// reading shows one value, which is not NULL, to a field of an inspector.
type reading func(e *eye, f *verify.Field, value []byte) error

// glances lists what is read of a table: at first the columns that were written,
// in their order, then the others, then those again that people can be looked
// for in as text only. The sum is nil where there is none, or where the table
// is no longer the one that was written.
func (sc *scan) glances(people bool) ([]glance, *checksum) {
	var glances, again []glance
	var sum *checksum
	rest := sc.table.columns
	if sc.counted && sc.load != nil && sc.load.sum != nil && sc.fits() {
		sum, rest = sc.load.sum, nil
		for i, c := range sc.load.columns {
			l, text := sc.summed(i, c, people)
			glances = append(glances, l)
			if text != nil {
				again = append(again, *text)
			}
		}
		for _, c := range sc.table.columns {
			if !slices.ContainsFunc(sc.load.columns, func(w column) bool { return w.name == c.name }) {
				rest = append(rest, c)
			}
		}
	}
	for _, c := range rest {
		if l := sc.glance(c); people && l.read != nil {
			glances = append(glances, l)
		}
	}
	return append(glances, again...), sum
}

// fits reports whether every column that was written is still there.
func (sc *scan) fits() bool {
	for _, w := range sc.load.columns {
		if !slices.ContainsFunc(sc.table.columns, func(c column) bool { return c.name == w.name && c.label == w.label }) {
			return false
		}
	}
	return true
}

// summed is the glance at the i-th column that was written, and a second one if
// it has to be read in two forms.
func (sc *scan) summed(i int, written column, people bool) (l glance, text *glance) {
	at := slices.IndexFunc(sc.table.columns, func(c column) bool { return c.name == written.name })
	c := sc.table.columns[at]
	own := sc.glance(c)
	sum := sc.load.sum
	switch {
	case !sum.covers(i):
		if own.read == nil || !people {
			own.sql, own.read = "NULL", nil
		}
		return own, nil
	case sum.text:
		l = glance{name: c.name, sql: `CASE WHEN num_nulls(` + ident(c.name) + `) = 0 THEN concat(` + ident(c.name) + `) END`, read: own.read}
		if l.read != nil {
			l.read = readText
		}
		if base, _, _ := sc.types.base(c.typ, c.mod); base == oidBytea {
			l = own
			l.hexed = true
		}
		l.run = slices.IndexFunc(sum.runs, func(r sumRun) bool { return r.first == i })
	default:
		l = glance{name: c.name, sql: ident(c.name), run: -1, list: sc.load.shapes[i] != nil && sc.load.shapes[i].array}
		if own.sql == l.sql {
			l.read, l.skip = own.read, own.skip
		} else if people {
			text = &own
		}
	}
	if !people {
		l.read = nil
	}
	return l, text
}

// glance is how people are looked for in a column.
func (sc *scan) glance(c column) glance {
	base, _, _ := sc.types.base(c.typ, c.mod)
	l := glance{name: c.name, sql: ident(c.name), run: -1}
	switch base {
	case oidBool, oidUUID, oidDate, oidTime, oidTimetz, oidTimestamp, oidTimestamptz, oidInterval:
		// none can hold an address or a name, and their digits would be taken for telephone numbers
	case oidBytea, oidText, oidVarchar, oidBpchar, oidJSON, oidName:
		l.read = readText
	case oidJSONB:
		l.read, l.skip = readJSONB, 1
	case oidInt2, oidInt4, oidInt8:
		l.read = readInt
	case oidFloat4, oidFloat8:
		l.read = readFloat
	case oidNumeric:
		l.read = readNumeric
	case oidTextArray, oidVarcharArray:
		l.read = readList
	default:
		l.read = readText
		if t := sc.types[base]; t == nil || t.class != "e" && (t.class != "b" || t.name != "citext") {
			l.sql += "::text"
		}
	}
	return l
}

// asText is a value as the text form of COPY has it; NULL stays nil.
func (l *glance) asText(value []byte) []byte {
	if !l.hexed || value == nil {
		return value
	}
	return hex.AppendEncode([]byte(`\x`), value)
}

func readText(_ *eye, f *verify.Field, value []byte) error {
	f.Value(value)
	return nil
}

// readJSONB leaves out the version that stands in front.
func readJSONB(_ *eye, f *verify.Field, value []byte) error {
	if len(value) == 0 || value[0] != 1 {
		return errMalformed
	}
	f.Value(value[1:])
	return nil
}

// fewestPhone is the smallest number that has as many digits as a telephone
// number must have.
const fewestPhone = 1_000_000

func readInt(e *eye, f *verify.Field, value []byte) error {
	var n int64
	switch len(value) {
	case 2:
		n = int64(int16(binary.BigEndian.Uint16(value)))
	case 4:
		n = int64(int32(binary.BigEndian.Uint32(value)))
	case 8:
		n = int64(binary.BigEndian.Uint64(value))
	default:
		return errMalformed
	}
	if n > -fewestPhone && n < fewestPhone {
		f.Nothing(len(value))
		return nil
	}
	e.room = strconv.AppendInt(e.room[:0], n, 10)
	f.Value(e.room)
	return nil
}

func readFloat(e *eye, f *verify.Field, value []byte) error {
	n, size := 0.0, 8*len(value)
	switch len(value) {
	case 4:
		n = float64(math.Float32frombits(binary.BigEndian.Uint32(value)))
	case 8:
		n = math.Float64frombits(binary.BigEndian.Uint64(value))
	default:
		return errMalformed
	}
	if math.IsNaN(n) || math.IsInf(n, 0) || n == math.Trunc(n) && math.Abs(n) < fewestPhone {
		f.Nothing(len(value))
		return nil
	}
	format := byte('f')
	if math.Abs(n) >= 1e15 { // as the server writes it
		format = 'e'
	}
	e.room = strconv.AppendFloat(e.room[:0], n, format, -1, size)
	f.Value(e.room)
	return nil
}

// readNumeric writes a numeric out: groups of four digits, the first of them
// worth 10000^weight, and how many digits are shown behind the point.
func readNumeric(e *eye, f *verify.Field, value []byte) error {
	if len(value) < 8 {
		return errMalformed
	}
	groups, weight := int(binary.BigEndian.Uint16(value)), int(int16(binary.BigEndian.Uint16(value[2:])))
	sign, scale := binary.BigEndian.Uint16(value[4:]), int(binary.BigEndian.Uint16(value[6:]))
	if len(value) != 8+2*groups {
		return errMalformed
	}
	const negative, special = 0x4000, 0xC000
	if sign >= special || max(4*(weight+1), 1)+scale < 7 { // no number, or too short for a telephone's
		f.Nothing(len(value))
		return nil
	}
	group := func(i int) int {
		if i < 0 || i >= groups {
			return 0
		}
		return int(binary.BigEndian.Uint16(value[8+2*i:]))
	}
	out := e.room[:0]
	if sign == negative {
		out = append(out, '-')
	}
	if weight < 0 {
		out = append(out, '0')
	}
	for i := 0; i <= weight; i++ {
		if i == 0 {
			out = strconv.AppendInt(out, int64(group(0)), 10)
			continue
		}
		out = appendGroup(out, group(i))
	}
	if scale > 0 {
		out = append(out, '.')
		end := len(out) + scale
		for i := weight + 1; len(out) < end; i++ {
			out = appendGroup(out, group(i))
		}
		out = out[:end]
	}
	e.room = out
	f.Value(out)
	return nil
}

// appendGroup appends four digits.
func appendGroup(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/1000%10), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
}

// readList shows a list of texts as one value, since a name may stand in two
// elements.
func readList(e *eye, f *verify.Field, value []byte) error {
	out := append(e.room[:0], '{')
	if len(value) < 12 {
		return errMalformed
	}
	dimensions := int(binary.BigEndian.Uint32(value))
	if dimensions < 0 || len(value)-12 < 8*dimensions {
		return errMalformed
	}
	for value = value[12+8*dimensions:]; len(value) > 0; {
		element, rest, err := cutField(value)
		if err != nil {
			return err
		}
		if value = rest; len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, element...)
	}
	e.room = append(out, '}')
	f.Value(e.room)
	return nil
}

// clearFlags clears the flags of a list, see shape.
func clearFlags(list []byte) error {
	if len(list) < 12 {
		return errMalformed
	}
	binary.BigEndian.PutUint32(list[4:], 0)
	return nil
}
