package anonymize

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func ranging(form, sub Form, kind string) Field {
	return Field{Form: form, Type: "range of " + kind, Parts: []Field{{Form: sub, Type: kind}}}
}

// bounds makes a binary range: flags, then what bounds it has.
func bounds(flags byte, ends ...[]byte) []byte {
	out := []byte{flags}
	for _, v := range ends {
		out = framed(out, v)
	}
	return out
}

// Constants of dates, times, intervals and ranges are written as PostgreSQL
// sends them, whatever their year.
func TestConstantsOfTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f        Field
		constant string
		want     []byte
	}{
		{Field{Form: FormDate}, "infinity", wire(math.MaxInt32, 4)},
		{Field{Form: FormDate}, "-infinity", wire(math.MinInt32, 4)},
		{Field{Form: FormDate}, "0044-03-15 BC", wire(-746_117, 4)},
		{Field{Form: FormDate}, "12024-02-29", wire(3_661_250, 4)},
		{Field{Form: FormTimestamp}, "infinity", wire(math.MaxInt64, 8)},
		{Field{Form: FormTimestamp}, "2000-01-01 01:00+01", wire(0, 8)},
		{Field{Form: FormTimestamp}, "2000-01-01T00:00:00.5Z", wire(500_000, 8)},
		{Field{Form: FormTimestamp}, "0001-12-31 24:00:00 BC", wire(-63_082_281_600*micros+366*day*micros-365*day*micros-day*micros, 8)},
		{Field{Form: FormTime}, "08:30", wire(30_600*micros, 8)},
		{Field{Form: FormTime}, "24:00", wire(86_400*micros, 8)},
		{Field{Form: FormTimeTZ}, "08:30:00.25+02:30", append(wire(30_600_250_000, 8), wire(-9000, 4)...)},
		{Field{Form: FormInterval}, "1 year 2 mons -3 days 04:05:06", append(append(wire(14_706*micros, 8), wire(-3, 4)...), wire(14, 4)...)},
		{Field{Form: FormInterval}, "0", make([]byte, 16)},
		{ranging(FormRange, FormDate, "date"), "[2000-01-01,2000-01-03)", bounds(rangeFromIn, wire(0, 4), wire(2, 4))},
		{ranging(FormRange, FormDate, "date"), "(,]", bounds(rangeFromOpen | rangeToOpen)},
		{ranging(FormRange, FormInt, "integer"), "[1,5]", bounds(rangeFromIn|rangeToIn, wire(1, 4), wire(5, 4))},
		{ranging(FormRange, FormInt, "bigint"), "empty", bounds(rangeEmpty)},
		{ranging(FormRange, FormTimestamp, "timestamp"), `["2000-01-01 00:00:01",)`, bounds(rangeFromIn|rangeToOpen, wire(micros, 8))},
		{ranging(FormMultirange, FormInt, "integer"), "{[1,2),(5,)}", append(append(wire(2, 4), framed(nil, bounds(rangeFromIn, wire(1, 4), wire(2, 4)))...), framed(nil, bounds(rangeToOpen, wire(5, 4)))...)},
		{ranging(FormMultirange, FormDate, "date"), "{}", wire(0, 4)},
	} {
		a, row := one(t, "{set: '"+c.constant+"'}", c.f)
		if got := must(t, a, row, 0, []byte{1}); !bytes.Equal(got, c.want) {
			t.Errorf("%s: %x, want %x", c.constant, got, c.want)
		}
	}
}

// What cannot be said of a type is refused while the plan is made, all of it at
// once.
func TestTimesAreRefused(t *testing.T) {
	t.Parallel()
	var rules strings.Builder
	var fields []Field
	for name, c := range map[string]struct {
		f    Field
		rule string
	}{
		"a": {Field{Form: FormDate}, "{set: 2024-02-30}"}, "b": {Field{Form: FormDate}, "{set: 0000-01-01 BC}"}, "c": {Field{Form: FormTime}, "{set: '25:00'}"},
		"d": {Field{Form: FormTime}, "{set: 08:30+01}"}, "e": {Field{Form: FormTime}, "{shift: 3d}"}, "f": {Field{Form: FormTimeTZ}, "{shift: 3d}"}, "g": {Field{Form: FormInterval}, "{shift: 3d}"},
		"h": {Field{Form: FormInterval}, "{set: soon}"}, "i": {ranging(FormRange, FormInt, "integer"), "{shift: 3d}"}, "j": {ranging(FormRange, FormInt, "integer"), "{set: '[1,x]'}"},
		"k": {ranging(FormMultirange, FormNumeric, "numeric"), "{shift: 3d}"}, "l": {ranging(FormMultirange, FormDate, "date"), "{set: '[2000-01-01,)'}"}, "m": {Field{Form: FormInterval}, "text"},
		"n": {ranging(FormRange, FormDate, "date"), "{noise: 5%}"}, "o": {ranging(FormRange, FormDate, "date"), "{set: '[2000-01-01,) x'}"},
	} {
		c.f.Store, c.f.Group, c.f.Name = "postgres", "things", name
		fields = append(fields, c.f)
		rules.WriteString("    " + name + ": " + c.rule + "\n")
	}
	r := refusal(t, input(t, header+"postgres:\n  things:\n"+rules.String(), fields...))
	if got := strings.Join(r.Lines, "\n"); strings.Count(got, "\n") != len(fields)-1 {
		t.Errorf("refused: %s", got)
	}
}

// Both ends of a range move by one amount, as a date does; what has no end, or
// an infinite one, keeps it.
func TestShiftMovesRanges(t *testing.T) {
	t.Parallel()
	const rule = "{shift: 30d}"
	a, dates := one(t, rule, Field{Form: FormDate})
	by := bigEndian(must(t, a, dates, 1, wire(1000, 4))) - 1000
	b, ranges := one(t, rule, ranging(FormRange, FormDate, "date"))
	c, stamps := one(t, rule, ranging(FormRange, FormTimestamp, "timestamp"))
	d, many := one(t, rule, ranging(FormMultirange, FormDate, "date"))
	for _, x := range []struct {
		a        *Anonymizer
		row      *Row
		in, want []byte
	}{
		{b, ranges, bounds(rangeFromIn, wire(1000, 4), wire(-900_000, 4)), bounds(rangeFromIn, wire(1000+by, 4), wire(-900_000+by, 4))},
		{b, ranges, bounds(rangeFromOpen, wire(5, 4)), bounds(rangeFromOpen, wire(5+by, 4))},
		{b, ranges, bounds(rangeToOpen, wire(math.MinInt32, 4)), bounds(rangeToOpen, wire(math.MinInt32, 4))},
		{b, ranges, bounds(rangeEmpty), bounds(rangeEmpty)},
		{b, ranges, bounds(rangeFromOpen | rangeToOpen), bounds(rangeFromOpen | rangeToOpen)},
		{c, stamps, bounds(0, wire(7, 8), wire(math.MaxInt64, 8)), bounds(0, wire(7+by*day*micros, 8), wire(math.MaxInt64, 8))},
		{d, many, append(wire(1, 4), framed(nil, bounds(rangeToOpen, wire(3, 4)))...), append(wire(1, 4), framed(nil, bounds(rangeToOpen, wire(3+by, 4)))...)},
		{d, many, wire(0, 4), wire(0, 4)},
	} {
		if got := must(t, x.a, x.row, 1, x.in); !bytes.Equal(got, x.want) {
			t.Errorf("%x became %x, want %x", x.in, got, x.want)
		}
	}
	edge := int64(math.MaxInt32 - 1)
	if by < 0 {
		edge = math.MinInt32 + 1
	}
	misfit(t, b, ranges, string(bounds(rangeToOpen, wire(edge, 4))), Misfit{Path: "v", Verb: "shift"})
	good := append(wire(1, 4), framed(nil, bounds(0, wire(1, 4), wire(2, 4)))...)
	for n := 1; n < len(good); n++ {
		if _, err := applyTo(d, many, 1, good[:n]); n != countSize && err == nil {
			t.Errorf("%d bytes of %d pass", n, len(good))
		}
	}
}

// A text with a date before Christ moves the same way; one that crosses the
// year gets another one's sign.
func TestShiftBeforeChrist(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"0044-03-15 BC": "0044-03-20 BC", "0001-12-30 BC": "0001-01-04", " 0001-12-30 10:00:00 BC ": " 0001-01-04 10:00:00 ", "12024-02-27": "12024-03-03", "2024-02-27T00:00:00Z": "2024-03-03T00:00:00Z"} {
		if got, _, err := shiftDate(nil, []byte(in), 5); err != nil || string(got) != want {
			t.Errorf("%q became %q, %v, want %q", in, got, err, want)
		}
	}
	if got, _, err := shiftDate(nil, []byte("0001-01-03"), -5); err != nil || string(got) != "0001-12-29 BC" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, in := range []string{"2024-02-30", "0000-01-01 BC", "2024-1-01", "20240101", "2024-01-011"} {
		if _, _, err := shiftDate(nil, []byte(in), 5); err == nil {
			t.Errorf("%q is a date", in)
		}
	}
}

// A NOT NULL column of these types is emptied by what comes nearest to nothing.
func TestMisfitOfRanges(t *testing.T) {
	t.Parallel()
	f := ranging(FormRange, FormDate, "date")
	f.NotNull = true
	a, row := one(t, "{shift: 30d}", f)
	if got := must(t, a, row, 1, bounds(rangeToOpen, wire(math.MaxInt32-1, 4))); !bytes.Equal(got, bounds(rangeEmpty)) {
		if got2 := must(t, a, row, 1, bounds(rangeToOpen, wire(math.MinInt32+1, 4))); !bytes.Equal(got2, bounds(rangeEmpty)) {
			t.Errorf("got %x and %x", got, got2)
		}
	}
}
