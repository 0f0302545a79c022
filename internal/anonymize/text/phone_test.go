package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindPhones(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"call +49 30 1234567 now", []string{"+49 30 1234567"}},
		{"+49 (0)30 / 123 45-67.", []string{"+49 (0)30 / 123 45-67"}},
		{"+493012345678,+14155550123", []string{"+493012345678", "+14155550123"}},
		{"+1 (415) 555-0123", []string{"+1 (415) 555-0123"}},
		{"0049 30 1234567 or 00493012345678", []string{"0049 30 1234567", "00493012345678"}},
		{"(030) 123 45 67", []string{"(030) 123 45 67"}},
		{"(Tel. 030 1234567)", []string{"030 1234567"}},
		{"(030 1234567)", []string{"030 1234567"}},
		{"030/1234567", []string{"030/1234567"}},
		{"0171-1234567", []string{"0171-1234567"}},
		{"06 12 34 56 78", []string{"06 12 34 56 78"}},
		{"06.12.34.56.78", []string{"06.12.34.56.78"}},
		{"415-555-0123 (415) 555-0124", []string{"415-555-0123", "(415) 555-0124"}},
		{"1-800-555-0199", []string{"1-800-555-0199"}},
		{"501 234 567", []string{"501 234 567"}},
		{"+49\u00a030\u00a01234567", []string{"+49\u00a030\u00a01234567"}},
		{"030\u20131234567", []string{"030\u20131234567"}},
		{"tel:03012345678 tel:+493012345678", []string{"03012345678", "+493012345678"}},
		{"2025-01-31 030 1234567", []string{"030 1234567"}},
		{"+49 30 1234567\n+49 30 7654321", []string{"+49 30 1234567", "+49 30 7654321"}},

		{"Tel. 030 1234567 0171 2345678", []string{"030 1234567", "0171 2345678"}},
		{"+49 30 1234567 +49 171 2345678", []string{"+49 30 1234567", "+49 171 2345678"}},

		{"2025-01-31 12:30:45", nil},
		{"2025-01-31T12:30:45.123+01:00", nil},
		{"31.01.2025 12:30", nil},
		{"from 01.10.2024 - 12.10.2024", nil},
		{"20250131 123045", nil},
		{"2025-01-31 12 2025-02-01", nil},
		{"192.168.100.200", nil},
		{"1234567.890123", nil},
		{"1.234.567.890", nil},
		{"1,234,567,890", nil},
		{"1 234 567 890", nil},
		{"1234567890123", nil},
		{"550e8400-e29b-41d4-a716-446655440000", nil},
		{"12345678-1234-1234-1234-123456789012", nil},
		{"a29b-4111-8716-446655440000", nil},
		{"4111 1111 1111 1111", nil},
		{"DE89 3704 0044 0532 0130 00", nil},
		{"INV-2024-000-12345", nil},
		{"order #123-456-7890", nil},
		{"52.520008, 13.404954", nil},
		{"+49", nil},
		{"1+234567890", nil},
		{"v030 1234567", nil},
		{"030 1234567x", nil},
		{"12345 - 67890", nil},
		{"0.123456789", nil},
		{"+00 1234567890", nil},
		{"%2B493012345678", nil},
		{"12:34:56 789 012 345", nil},
	} {
		got := strs(c.in, FindPhones(nil, []byte(c.in)))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("FindPhones(%q): %s", c.in, diff)
		}
	}
}

func FuzzFindPhones(f *testing.F) {
	f.Add([]byte("call +49 (0)30 / 123 45-67 or 030/1234567, 2025-01-31 12:30"))
	f.Fuzz(func(t *testing.T, s []byte) {
		last := 0
		for _, p := range FindPhones(nil, s) {
			if p.Start < last || p.End <= p.Start || p.End > len(s) {
				t.Fatalf("bad span %v of %d bytes", p, len(s))
			}
			last = p.End
			digits := 0
			for _, c := range s[p.Start:p.End] {
				if c >= '0' && c <= '9' {
					digits++
				}
			}
			if digits < 7 || digits > 18 {
				t.Fatalf("%d digits", digits)
			}
		}
	})
}

func BenchmarkFindPhones(b *testing.B) {
	s := []byte(strings.Repeat("The Q3 report of 2025-01-31 is due, 120 people in 14 teams sent theirs. ", 56) + "+49 30 1234567")
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	var buf [8]Span
	for b.Loop() {
		if len(FindPhones(buf[:0], s)) != 1 {
			b.Fatal("not found")
		}
	}
}
