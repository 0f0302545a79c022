package anonymize

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// worldwide is people whose names are in many scripts, the last ones in two.
func worldwide() []person.Record {
	return []person.Record{
		{Source: "users", ID: "1", Name: "王小明", Email: "wang@acme.com", Locale: "zh_CN"},
		{Source: "users", ID: "2", Name: "佐藤 健太", Email: "kenta.sato@acme.com", Locale: "ja"},
		{Source: "users", ID: "3", Name: "サトウ ケンタ", Email: "k2@acme.com", Locale: "ja"},
		{Source: "users", ID: "4", Name: "김민준", Email: "minjun.gim@acme.com"},
		{Source: "users", ID: "5", Name: "محمد المصري", Email: "m@acme.com", Locale: "ar_EG"},
		{Source: "users", ID: "6", Name: "Ольга Иванова", Email: "olga.ivanova@acme.com", Locale: "ru"},
		{Source: "users", ID: "7", Name: "Μαρία Παππά", Email: "maria@acme.com"},
		{Source: "users", ID: "8", Name: "Nguyễn Văn An", Email: "an.nguyen@acme.com", Locale: "vi"},
		{Source: "users", ID: "9", Name: "สมชาย ใจดี", Email: "s@acme.com", Locale: "th"},
		{Source: "users", ID: "10", Name: "陈美玲", Email: "meiling.chen@acme.com", Locale: "zh"},
		{Source: "users", ID: "10", First: "Meiling", Last: "Chen", Locale: "zh"},
	}
}

// over compiles one column over some people, and makes the Inspector that
// looks for them.
func over(t testing.TB, records []person.Record, rule string) (*Anonymizer, *Row, *verify.Inspector) {
	t.Helper()
	return overField(t, records, rule, column("v", FormText))
}

// overField is over for a column v of any kind.
func overField(t testing.TB, records []person.Record, rule string, v Field) (*Anonymizer, *Row, *verify.Inspector) {
	t.Helper()
	fields := []Field{v, column("user_id", FormInt)}
	in := input(t, header+"postgres:\n  things:\n    $person: user_id\n    user_id: keep\n    v: "+rule+"\n", fields...)
	in.People = build(t, in, records)
	p := compile(t, in)
	row, err := p.Row("postgres", "things", fields)
	if err != nil {
		t.Fatal(err)
	}
	w := verify.NewWanted(in.People, verify.NewControl("abcdefghijkl"), []byte("0123456789abcdef"))
	return p.New(), row, w.NewInspector()
}

// A pseudonym is written in the script, the order and the blanks of the name
// that it stands for, in every verb and in the middle of a text.
func TestNamesKeepTheirScript(t *testing.T) {
	for _, c := range []struct {
		rule string
		who  uint32
		in   string
		want string // G and F stand for given name and family name, g and f for their Latin spelling
	}{
		{"person.name", 1, "王小明", "FG"}, {"person.name", 1, "王 小明", "F G"}, {"person.first", 1, "小明", "G"}, {"person.last", 1, " 王", " F"}, {"text", 1, "请王小明回电。", "请FG回电。"},
		{"person.name", 1, "王某", "FG"}, {"person.name", 1, "Wang Xiaoming", "g f"},
		{"person.name", 2, "佐藤 健太", "F G"}, {"person.name", 2, "佐藤　健太", "F　G"}, {"person.name", 2, "佐藤健太", "FG"}, {"text", 2, "佐藤健太様", "FG様"},
		{"person.name", 3, "サトウ ケンタ", "F G"}, {"person.name", 4, "김민준", "FG"}, {"text", 4, "김민준 씨", "FG 씨"},
		{"person.name", 5, "محمد المصري", "G F"}, {"text", 5, "إلى محمد المصري.", "إلى G F."}, {"person.name", 5, "المصري, محمد", "F, G"},
		{"person.name", 6, "Ольга Иванова", "G F"}, {"person.name", 6, "Иванова Ольга", "F G"}, {"text", 6, "от Ольга Иванова", "от G F"}, {"person.name", 6, "Olga Ivanova", "g f"}, {"person.last", 6, "IVANOVA", "^f"},
		{"person.name", 7, "Μαρία  Παππά", "G  F"}, {"person.name", 8, "Nguyễn Văn An", "F G"}, {"text", 8, "anh Nguyễn Văn An!", "anh F G!"}, {"person.name", 8, "Nguyễn An B", "F G"},
		{"person.name", 9, "สมชาย ใจดี", "G F"}, {"person.name", 10, "陈美玲", "FG"}, {"person.name", 10, "Meiling Chen", "g f"}, {"text", 10, "ask Meiling Chen", "ask g f"}, {"person.initials", 10, "MC", "gf1"},
		{"person.initials", 1, "王小", "FG1"}, {"person.name", 6, "ОЛЬГА ИВАНОВА", "^G F"}, {"person.name", 6, " Ольга  Иванова ", " G  F "},
	} {
		a, row, in := over(t, worldwide(), c.rule)
		who, ok := a.people.ByID("users", []byte(strconv.Itoa(int(c.who))))
		if !ok {
			t.Fatalf("user %d is nobody", c.who)
		}
		p := a.people.At(who)
		given, family := a.people.LatinName(who)
		first := func(s string) string { return string([]rune(s)[:1]) }
		want := strings.NewReplacer("FG1", first(p.Family)+first(p.Given), "gf1", first(given)+first(family), "G", p.Given, "F", p.Family, "g f", given+" "+family, "^f", family, "^", "").Replace(c.want)
		if strings.HasPrefix(c.want, "^") {
			want = strings.ToUpper(want)
		}
		out := must(t, a, row, c.who, []byte(c.in))
		if string(out) != want {
			t.Errorf("%s of %q: %q, want %q", c.rule, c.in, out, want)
		}
		if !in.Clean("things", "v", out) {
			t.Errorf("%s of %q: the proof finds somebody in %q", c.rule, c.in, out)
		}
	}
}

// What stands for somebody in no index is of the script of his name, too.
func TestNamesOfNobodyKeepTheirScript(t *testing.T) {
	a, row, _ := over(t, worldwide(), "name")
	for in, same := range map[string]func(string) bool{
		"李雷":           func(s string) bool { return person.Unspaced(s) && !strings.Contains(s, " ") },
		"鈴木 一郎":        func(s string) bool { return person.Unspaced(s) && strings.Contains(s, " ") },
		"Пётр Сидоров": func(s string) bool { return !person.Latin(s) && strings.Count(s, " ") == 1 },
		"Jane Doe":     person.Latin,
		"JANE  DOE":    func(s string) bool { return s == strings.ToUpper(s) && strings.Contains(s, "  ") },
		" Jane Doe ":   func(s string) bool { return strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") },
	} {
		out := string(must(t, a, row, 0, []byte(in)))
		if !same(out) || out == in {
			t.Errorf("%q becomes %q", in, out)
		}
		if again := string(must(t, a, row, 0, []byte(in))); again != out {
			t.Errorf("%q becomes %q, and then %q", in, out, again)
		}
	}
}

// Addresses have Latin letters whatever their owner's name, by the scheme of
// the real one where it spells the name as the tables do.
func TestAddressesOfAllScripts(t *testing.T) {
	a, _, _ := over(t, worldwide(), "text")
	for n := range int32(a.people.Len()) {
		p := a.people.At(n)
		given, family := a.people.LatinName(n)
		local, _, _ := strings.Cut(p.Email, "@")
		if strings.Trim(local, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" {
			t.Errorf("%s has the address %s", p.ID, p.Email)
		}
		if first, _, _ := strings.Cut(given, " "); p.FamilyFirst && !strings.HasPrefix(local, strings.ToLower(first)) && p.ID != "users:8" {
			t.Errorf("%s, %s %s in Latin letters, has the address %s", p.ID, given, family, p.Email)
		}
		if p.ID == "users:6" && local != strings.ToLower(given+"."+family) {
			t.Errorf("olga.ivanova, now %s %s, has the address %s", given, family, p.Email)
		}
	}
}
