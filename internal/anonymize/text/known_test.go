package text

import (
	"slices"
	"strings"
	"testing"
)

// book is a mask that knows the numbers in it, by their digits.
type book []string

func (book) Name(dst []byte, m Match, original []byte) []byte { return mask{}.Name(dst, m, original) }
func (book) Email(dst []byte, original []byte) []byte         { return mask{}.Email(dst, original) }
func (book) Phone(dst []byte, original []byte) []byte         { return append(dst, '~') }

func (k book) KnownPhone(original []byte) bool {
	for _, number := range k {
		i := 0
		for _, c := range original {
			if c-'0' <= 9 {
				if i == len(number) || number[i] != c {
					i = -1
					break
				}
				i++
			}
		}
		if i == len(number) {
			return true
		}
	}
	return false
}

func TestEngineKnownPhones(t *testing.T) {
	e := testEngine()
	known := book{"07700998915", "0033153011234", "5551234", "20250131", "1234567890", "2345678", "0123456"}
	for in, want := range map[string]string{
		"07700998915": "~", "a07700998915b": "a~b", "x=07700998915&y": "x=~&y", "07700998915,07700998915": "~,~", "tel_0033153011234.wav": "tel_~.wav",
		"5551234": "~", "id 5551234!": "id ~!", "a5551234": "a5551234", "5551234é": "5551234é", "5551234号": "~号", "_5551234_": "_~_", "555-1234": "~", "555-1234-5": "555-1234-5",
		"2025-01-31": "2025-01-31", "2025-01-31 07700998915": "2025-01-31 ~", "20250131": "~", "10:11:07.700998915": "10:11:~", "10:11:12 07700998915": "10:11:12 ~",
		"9 07700 998915": "9 ~", "077 00 99 89 1 5": "~", "0 7 7 0 0 9 9 8 9 1 5": "~", "1.234 567890": "~", "1.234567890": "~",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 07700998915 5551234": "1 2 3 4 5 6 7 8 9 10 11 12 13 ~ ~", "077009989151": "077009989151", "9234567890": "9234567890",
		"9 0123456 9": "9 ~ 9", "12\u200b34567890": "~", "a 07700\u200b998915": "a ~",
		"9\t077\t00998915": "9\t~", "077 009--98915 x": "~ x", "+4\t9": "+4\t9", "1 2 3 4 5 6 7 8 9 10 11 12 13 07700 998915 5551234": "1 2 3 4 5 6 7 8 9 10 11 12 13 ~ ~", "12\t345678\t9": "12\t345678\t9",
		"q=at+07700+998915&x": "q=at+~&x", "q=077+00998915": "q=~", "12+34567890": "~",
	} {
		if got := string(e.Rewrite(nil, []byte(in), known, Options{}, nil)); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	bare := "07700998915 5551234"
	if got := string(e.Rewrite(nil, []byte(bare), mask{}, Options{}, nil)); got != bare {
		t.Errorf("without a book %q becomes %q", bare, got)
	}
}

func TestKnownPhonesAllocateNothing(t *testing.T) {
	e := testEngine()
	var to Resolver = book{"5551234"}
	dst, src := make([]byte, 0, 256), []byte("at 1700000000 order 20250131123456 took 0.123456 of 12 34 56 78 90 1")
	if a := testing.AllocsPerRun(100, func() { dst = e.Rewrite(dst[:0], src, to, Options{}, nil) }); a > 0 {
		t.Errorf("%v allocations", a)
	}
}

func FuzzKnownPhones(f *testing.F) {
	e := testEngine()
	f.Add([]byte("12 07700-998915 x5551234.5 1 2 3 4 5 6 7 8 9 10 11 12 13 5551234"))
	f.Fuzz(func(t *testing.T, s []byte) {
		var asked [][]byte
		last := 0
		for _, p := range findPhones(nil, s, asking{book{"5551234"}, &asked}) {
			if p.Start < last || p.End <= p.Start || p.End > len(s) {
				t.Fatalf("bad span %v of %d bytes", p, len(s))
			}
			last = p.End
		}
		for _, a := range asked {
			n := 0
			for _, c := range a {
				if c-'0' <= 9 {
					n++
				}
			}
			if n < fewestKnown || n > mostKnown || a[0]-'0' > 9 || a[len(a)-1]-'0' > 9 {
				t.Fatalf("asked about %d digits in %d bytes", n, len(a))
			}
		}
		e.Rewrite(nil, s, book{"5551234"}, Options{}, nil)
	})
}

// asking notes what it is asked.
type asking struct {
	book
	asked *[][]byte
}

func (k asking) KnownPhone(original []byte) bool {
	*k.asked = append(*k.asked, slices.Clone(original))
	return k.book.KnownPhone(original)
}

// BenchmarkKnownPhones is a log: times, ids and durations that are nobody's.
func BenchmarkKnownPhones(b *testing.B) {
	e := testEngine()
	s := []byte(strings.Repeat("2025-01-31T12:30:05.123456Z info request=1700000000123 order 4711471147 took 0.123456 of 12.5 10.25\n", 40))
	var to Resolver = book{"5551234"}
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = e.Rewrite(dst[:0], s, to, Options{}, nil)
	}
}
