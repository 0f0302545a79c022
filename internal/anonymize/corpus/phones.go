package corpus

import "strings"

// numbers lists the ways to write a phone number. What is only digits and
// could be the number of anything is a class of its own.
func numbers() []Spelling {
	within := func(f func(number string) string) func(p *Person) string { // as dialled within the country
		return func(p *Person) string { return when(p.country != "1", f(p.trunk+p.number)) }
	}
	us := func(f func(n string) string) func(p *Person) string {
		return func(p *Person) string { return when(p.country == "1", f(p.number)) }
	}
	abroad := func(before, sep string) func(p *Person) string {
		return func(p *Person) string { return before + p.country + sep + grouped(p.number, sep) }
	}
	return []Spelling{
		{"+49 170 550123", Phone, func(p *Person) string { return p.Phone }},
		{"+49170550123", Phone, abroad("+", "")},
		{"+49 170 550 123", Phone, abroad("+", " ")},
		{"+49-170-550-123", Phone, abroad("+", "-")},
		{"+49.170.550.123", Phone, abroad("+", ".")},
		{"+49/170/550/123", Phone, abroad("+", "/")},
		{"+49\u00a0170\u00a0550\u00a0123", Phone, abroad("+", "\u00a0")},
		{"+49\u2011170\u2011550\u2011123", Phone, abroad("+", "\u2011")},
		{"0049 170 550 123", Phone, abroad("00", " ")},
		{"0049170550123", Phone, abroad("00", "")},
		{"+49 (170) 550-123", Phone, func(p *Person) string {
			return "+" + p.country + " (" + p.number[:3] + ") " + p.number[3:6] + "-" + p.number[6:]
		}},
		{"(+49) 170 550123", Phone, func(p *Person) string { return "(+" + p.country + ") " + p.number[:3] + " " + p.number[3:] }},
		{"+49 (0)170 550123", Phone, func(p *Person) string {
			return when(p.trunk != "", "+"+p.country+" (0)"+p.number[:3]+" "+p.number[3:])
		}},
		{"0170 550123", Phone, within(func(n string) string { return when(n[0] == '0', n[:4]+" "+n[4:]) })},
		{"0170/550123", Phone, within(func(n string) string { return when(n[0] == '0', n[:4]+"/"+n[4:]) })},
		{"0170-550123", Phone, within(func(n string) string { return when(n[0] == '0', n[:4]+"-"+n[4:]) })},
		{"(0170) 550123", Phone, within(func(n string) string { return when(n[0] == '0', "("+n[:4]+") "+n[4:]) })},
		{"01 70 55 01 23", Phone, within(func(n string) string { return when(n[0] == '0', inPairs(n, " ")) })},
		{"01.70.55.01.23", Phone, within(func(n string) string { return when(n[0] == '0', inPairs(n, ".")) })},
		{"170 550 123", Phone, within(func(n string) string { return when(n[0] != '0', grouped(n, " ")) })},
		{"(202) 555-0147", Phone, us(func(n string) string { return "(" + n[:3] + ") " + n[3:6] + "-" + n[6:] })},
		{"202-555-0147", Phone, us(func(n string) string { return n[:3] + "-" + n[3:6] + "-" + n[6:] })},
		{"202.555.0147", Phone, us(func(n string) string { return n[:3] + "." + n[3:6] + "." + n[6:] })},
		{"1-202-555-0147", Phone, us(func(n string) string { return "1-" + n[:3] + "-" + n[3:6] + "-" + n[6:] })},
		{"bare digits, 0170550123", Digits, within(func(n string) string { return n })},
		{"bare digits, 49170550123", Digits, func(p *Person) string { return p.country + p.number }},
		{"bare digits, 2025550147", Digits, us(func(n string) string { return n })},
	}
}

// Digits is the class of numbers without anything that makes them a phone's.
const Digits Class = "bare digits"

// grouped parts a number in threes, the last one takes what is left.
func grouped(n, sep string) string { return strings.Join([]string{n[:3], n[3:6], n[6:]}, sep) }

func inPairs(n, sep string) string {
	var pairs []string
	for ; len(n) > 3; n = n[2:] {
		pairs = append(pairs, n[:2])
	}
	return strings.Join(append(pairs, n), sep)
}
