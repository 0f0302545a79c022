package text

import (
	"encoding/base64"
	"encoding/json"
	"testing"
)

// Names that are words are replaced as whole names, and alone only in a text
// about their owner.
func TestA11_WordsThatAreNames(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"May Rose will grant access on May 1? Grant it, Mark.", "May Rose will grant access on May 1? Grant it, Mark.", nil},
		{"will grant rose hill", "will grant rose hill", nil},
		{"Will Grant signs", "Iris Falk signs", nil},
		{"Rose and the roses rose", "Iris and the roses rose", []int32{0}},
		{"Rose, over the hill to Hill", "Iris, over the hill to Falk", []int32{0}},
		{"Rose Hill wrote", "Iris Falk wrote", nil},
		{"Rose", "Rose", nil},
		{"Rose", "Rose", []int32{1}},
		{"Rose", "Iris", []int32{0}},
	} {
		c.run(t, e, false)
	}
}

// A name within a longer word, or in an identifier, is none, whomever the text
// is about.
func TestA12_WordsThatHoldNames(t *testing.T) {
	e := testEngine()
	for _, context := range [][]int32{nil, {0, 1, 2}} {
		for _, s := range []string{"Roseland, Markdown and grant_type", "Roseland", "Markdown", "grant_type", "Hillside, Mayday, Willpower", "primrose and uphill"} {
			engineCase{s, s, context}.run(t, e, false)
		}
	}
}

// Names with an apostrophe, a hyphen and particles are found however their
// words are joined and sorted.
func TestA13_NamesOfSeveralPieces(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"Sean O'Connor, Sean O’Connor, SEAN O'CONNOR, Sean OConnor", "Iris Falk, Iris Falk, IRIS FALK, Iris Falk", nil},
		{"O'Connor, Sean; S. O'Connor; O'Connor's", "Falk, Iris; I. Falk; Falk's", nil},
		{"Jean-Luc Picard, Jean Luc Picard, J.-L. Picard, Picard, Jean-Luc", "Iris Falk, Iris Falk, I. Falk, Falk, Iris", nil},
		{"Jan van der Berg, VAN DER BERG, J. van der Berg", "Iris Falk, FALK, I. Falk", nil},
		{"Berg, Jan van der", "Falk, Iris", nil},
		{"van der Berg, Jan", "Falk, Iris", nil},
		{"jan.van.der.berg, jan_van_der_berg-cv.pdf", "iris.falk, iris_falk-cv.pdf", nil},
		{"am Berg, der Connor", "am Berg, der Connor", nil},
	} {
		c.run(t, e, false)
	}
}

// A name is found across tags and entities, and the markup stays.
func TestA14_NamesAcrossMarkup(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"J&ouml;rg <b>M&#246;ller</b>", "Iris <b>Falk</b>", nil},
		{"J&ouml;rg <b>M&ouml;ller</b> wrote", "Iris <b>Falk</b> wrote", nil},
		{"<b>Rose</b> <i>Hill</i>", "<b>Iris</b> <i>Falk</i>", nil},
		{"Ro<b>se</b> Hill", "Iris Falk<b></b>", nil},
		{"Rose&nbsp;Hill", "Iris\u00a0Falk", nil},
	} {
		c.run(t, e, true)
	}
}

// An address is found as a URL, base64, JSON within JSON and an escape write
// it, and is written back as it was found.
func TestA15_EncodedAddresses(t *testing.T) {
	e := testEngine()
	quote := func(s string) string { q, _ := json.Marshal(s); return string(q) }
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const real, fake = "rose.hill@foo.org", "x@example.com"
	inner := func(s string) string { return `{"mail":"` + s + `","n":1.10}` }
	for _, c := range []engineCase{
		{"https://x.test/?m=rose.hill%40foo.org&n=1", "https://x.test/?m=x%40example.com&n=1", nil},
		{"token " + b64("mail="+real+";role=admin"), "token " + b64("mail="+fake+";role=admin"), nil},
		{`{"payload":` + quote(inner(real)) + `}`, `{"payload":` + quote(inner(fake)) + `}`, nil},
		{`{"outer":` + quote(`{"payload":`+quote(inner(real))+`}`) + `}`, `{"outer":` + quote(`{"payload":`+quote(inner(fake))+`}`) + `}`, nil},
		{`{"mail":"rose.hill\u0040foo.org"}`, `{"mail":"x@example.com"}`, nil},
		{`{"mail":"` + b64(inner(real)) + `"}`, `{"mail":"` + b64(inner(fake)) + `"}`, nil},
	} {
		c.run(t, e, false)
	}
}
