package text

import "testing"

// TestUndeclaredTags: in a text that is not called HTML, names are found over tags, whosever they are, and nothing else changes.
func TestUndeclaredTags(t *testing.T) {
	e := testEngine()
	for in, want := range map[string]string{
		"<td>Rose</td><td>Hill</td>":                          "<td>Iris</td><td>Falk</td>",
		"<p>Dear <b>Rose</b>\n<i>Hill</i>, hello</p>":         "<p>Dear <b>Iris</b>\n<i>Falk</i>, hello</p>",
		"<first>Rose</first>\n<last>Hill</last>":              "<first>Iris</first>\n<last>Falk</last>",
		"J&ouml;rg<br/><x>M&ouml;ller</x>":                    "Iris<br/><x>Falk</x>",
		"Rose</n></p><p><n>Hill":                              "Iris</n></p><p><n>Falk",
		"R<b>os</b>e Hill":                                    "Iris Falk<b></b>",
		"Rose <none@nowhere> Hill":                            "Iris <none@nowhere> Falk",
		"call +49 30<b> 123 45</b> 67":                        "call +999 1<b></b>",
		"<td>+49 30</td><td>1234567</td>":                     "<td>+999 1</td><td></td>",
		"mailto:rose@foo.org</a>please":                       "mailto:x@example.com</a>please",
		"<p>Rose</p><p>is here</p><p>Hill</p>":                "<p>Rose</p><p>is here</p><p>Hill</p>",
		"if a<b and Rose<c then Hill":                         "if a<b and Rose<c then Hill",
		"Hill <p> Rose Hill":                                  "Falk <p> Iris Falk",
		"<Rose Hill>":                                         "<Iris Falk>",
		`<a title="Rose Hill" href="x">The review</a> is due`: `<a title="Iris Falk" href="x">The review</a> is due`,
		"2 < 3 and <b>4</b> > 1":                              "2 < 3 and <b>4</b> > 1",
	} {
		if got := string(e.Rewrite(nil, []byte(in), mask{}, Options{}, nil)); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
