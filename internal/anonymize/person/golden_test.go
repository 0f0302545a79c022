package person

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file anew")

// goldenRecords is fifty people of several countries, some without e-mail or
// phone, some with a tag or in a kept domain.
func goldenRecords() []Record {
	locales := []string{"", "de", "fr", "es", "it", "pl", "sv", "nl", "en_GB", "xx"}
	var out []Record
	for i := range 50 {
		r := Record{Source: "users", ID: fmt.Sprint(i + 1), Name: fmt.Sprintf("Given%d Family%d", i, i), Locale: locales[i%len(locales)]}
		if i%5 != 0 {
			r.Email = fmt.Sprintf("user%d@%s", i, []string{"acme.com", "other.org", "kept.example.org"}[i%3])
		}
		if i%7 == 0 {
			r.Email = fmt.Sprintf("user+%d@acme.com", i)
		}
		if i%4 != 0 {
			r.Phone = fmt.Sprintf("+49 170 12345%02d", i)
		}
		out = append(out, r)
	}
	return out
}

// Not one pseudonym may change, by whatever change of code, tables or
// libraries: a copy of today must agree with one of last year.
func TestGolden(t *testing.T) {
	o := options(t, "acme", "users")
	o.KeepDomains = []string{"kept.example.org"}
	var shaped []Record
	for i, name := range []string{"Sinead O'Connor", "Jean-Luc Petit", "Jan van der Berg", "Anna Maria Schulz", "Eva Lefèvre", "Bénédicte Hill", "Ben Fox-Pitt", "Luis García Márquez"} {
		for k := range fewestAlike {
			shaped = append(shaped, Record{Source: "users", ID: fmt.Sprint(i*10 + k), Name: name, Locale: []string{"en", "fr", "nl", "de", "es"}[k]})
		}
	}
	golden(t, "golden-shapes.txt", index(t, shaped, o))
	golden(t, "golden-scripts.txt", index(t, abroad(), o))
	o.Plain = true
	golden(t, "golden.txt", index(t, goldenRecords(), o))
}

func golden(t *testing.T, name string, x *Index) {
	t.Helper()
	var got strings.Builder
	for i := range int32(x.Len()) {
		p := x.At(i)
		fmt.Fprintf(&got, "%s|%s|%s|%s|%s|%s|%x\n", p.ID, p.Locale, p.Full(), p.Initials(), p.Email, p.Phone, p.Seed)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("%s: pseudonyms have changed; they are now\n%s", name, got.String())
	}
}

// What is derived from a root key does not change either.
func TestGoldenKeys(t *testing.T) {
	o := options(t, "acme")
	if got := fmt.Sprintf("%x", o.Keys.PRF("test").Sum([]byte("ab"), []byte("c"))[:8]); got != "6a425742a1568bac" {
		t.Errorf("prf %s", got)
	}
	if got := PhoneDigits(12345, 8); got != "99954321" {
		t.Errorf("phone %s", got)
	}
	if got := UnknownLocal(0x0FFF_FFFF_FFFF_FFFF); got != "x-999999999999" {
		t.Errorf("local part %s", got)
	}
}

// abroad is people whose names are in each of the scripts, five of a kind so
// that their shapes are kept.
func abroad() []Record {
	var out []Record
	for i, kind := range []struct{ locale, names string }{
		{"zh_CN", "王小明|李伟|陈美玲|欧阳静|张雨涵"}, {"ja", "佐藤 健太|高橋美咲|林 薫|田中 誠|佐々木 ゆき"}, {"", "サトウ ケンタ|タナカ ユイ|さとう みほ|スズキ リョウ|いとう けん"},
		{"ko", "김민준|이서연|남궁민수|박 지우|최유나"}, {"vi", "Nguyễn Văn An|Trần Thị Hoa|Lê Minh|Phạm Thị Thu Hà|Vũ Đức"}, {"ar_EG", "محمد المصري|فاطمة الحداد|نور الخطيب|خالد النجار|ليلى الشريف"},
		{"ru_RU", "Ольга Иванова|Иван Иванович Петров|Мария Смирнова-Белова|Пётр Чехов|Саша Ким"}, {"el", "Μαρία Παππά|Γιώργος Παπαδόπουλος|Ελένη Βλάχου|Νίκος Ρήγας|Άρης Κοντός"},
		{"th", "สมชาย ใจดี|Somchai Jaidee|שרה כהן|გიორგი ბერიძე|अर्जुन शर्मा"},
	} {
		for k, name := range strings.Split(kind.names, "|") {
			out = append(out, Record{Source: "users", ID: fmt.Sprint(i*10 + k), Name: name, Locale: kind.locale, Email: fmt.Sprintf("%d@acme.com", i*10+k)})
		}
	}
	return out
}
