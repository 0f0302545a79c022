package anonymize

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// gaps are what stands between two words of a text, or of a table in one.
var gaps = []string{" ", "  ", ". ", "... ", ", ", ",", "; ", ";", ": ", " / ", "/", "|", " | ", " (", ") (", "\n", "\n\n", "\r\n\r\n", "\t", " - ", " -- ", " \u2014 ", "\u00a0", " & ", "=", "!", "? ", "_", "__", "#", " @",
	"** **", "> <", " \u2022 ", `" "`, `","`, `\n`, " ' ", "\u060c ", "\u3001", "\uff0c", strings.Repeat(" ", 70), strings.Repeat("\n", 70)}

// marked are what stands there in HTML, and in what has tags of its own.
var marked = []string{"</td><td>", "</td>\n  <td class=x>", "<br>", "<br/><br/>", "</b> <i>", "&nbsp;", "<p>", "</first>\n<last>", "</Name><Surname>", "<x y='z'>",
	" <rose@acme.com> ", "</n></p><p><n>", "<!-- and -->", "<first/>", " <Xy>\n</Xy> ", "&#32;<y>", "</b><i>", "</span><span>", "</a>, <a href='/p/7'>"}

// Whatever stands between the words of a name, and whatever beside it: where the proof reads somebody's name, the text
// engine does. A run whose rules do what they can would else be refused.
func TestTextReadsTheNamesOfTheProof(t *testing.T) {
	t.Parallel()
	people := append(someRecords(),
		person.Record{Source: "users", ID: "4", First: "Jane", Last: "Stonefield"}, person.Record{Source: "users", ID: "5", First: "Jean-Luc", Last: "van der Berg"},
		person.Record{Source: "users", ID: "6", First: "Ольга", Last: "Иванова"}, person.Record{Source: "users", ID: "7", First: "محمد", Last: "المصري"},
		person.Record{Source: "users", ID: "8", First: "小明", Last: "王", Locale: "zh"}, person.Record{Source: "users", ID: "9", First: "민준", Last: "김", Locale: "ko"},
		person.Record{Source: "users", ID: "10", First: "兴", Last: "高", Locale: "zh"}, person.Record{Source: "users", ID: "11", First: "미지", Last: "이", Locale: "ko"}, person.Record{Source: "users", ID: "12", First: "서연", Last: "전", Locale: "ko"})
	names := []string{"Rose Hill", "Hill Rose", "rose hill", "ROSE HILL", "Jörg Möller", "jörg moeller", "JOERG MÖLLER", "Will Grant", "will grant", "Jane Stonefield", "jane stonefield", "stonefield Jane", "STONEFIELD JANE",
		"Mr Stonefield", "Mr Grant", "J Stonefield", "stonefield j", "Jane Q. Stonefield", "Jean Luc van der Berg", "jean luc berg", "BERG Jean Luc", "Ольга Иванова", "иванова ольга", "محمد المصري", "王 小明", "김 민준",
		"高兴 经理", "王 主任", "이미지 대리", "김 부장님", "김 팀장에게", "김대리님", "이 과장", "이 대표님은", "전 팀장님", "전 대표"}
	between := slices.Concat(gaps, marked)
	for _, rule := range []string{"text", "scan", "{text: html}"} {
		a, row, proof := over(t, people, rule)
		found, texts := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			in := rapid.SampledFrom([]string{"", "so ", "Rose ", "hill; ", "van ", "Dr. ", "Mr ", "担当：", "어제 ", "1;", "(", "x"}).Draw(t, "before")
			for i, word := range strings.Fields(rapid.SampledFrom(names).Draw(t, "name")) {
				if i > 0 {
					in += rapid.SampledFrom(between).Draw(t, "gap")
				}
				in += word
			}
			in += rapid.SampledFrom([]string{"", "", ".", " was there", "; hill", ", Jane", "'s", "s", " Grant", "; 12", ")", "x"}).Draw(t, "behind")
			if texts++; !proof.Clean("things", "v", []byte(in)) {
				found++
			}
			out, err := applyTo(a, row, 99, []byte(in))
			if err != nil || !proof.Clean("things", "v", out.Bytes()) {
				t.Fatalf("%s: in %q, which became %q, the proof finds somebody; %v", rule, in, out.Bytes(), err)
			}
		})
		if found*4 < texts { // 59 of 100 as a rule: some gaps end a name, and a run of the law draws few texts
			t.Errorf("%s: the proof read only %d of %d texts as they were", rule, found, texts)
		}
	}
}
