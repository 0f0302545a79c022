package text

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// mask spells every replacement so that a test sees what was found: names as Iris Falk in the mention's form.
type mask struct{ ids *[]int32 }

func (k mask) Name(dst []byte, m Match, original []byte) []byte {
	if k.ids != nil {
		*k.ids = append(*k.ids, m.ID)
	}
	return Render(dst, m, original, "Iris", "Falk")
}
func (mask) Email(dst []byte, original []byte) []byte { return append(dst, "x@example.com"...) }
func (mask) Phone(dst []byte, original []byte) []byte { return append(dst, "+999 1"...) }

func testEngine() *Engine {
	b := NewBuilder(0)
	for i, p := range [][2]string{
		{"Rose", "Hill"}, {"Will", "Grant"}, {"Mark", "May"}, {"Jörg", "Möller"}, {"Sean", "O'Connor"}, {"Jean-Luc", "Picard"},
		{"Jan", "van der Berg"}, {"Anna", "Stone"}, {"小明", "王"}, {"Anna", "Möller"}, {"Anna", "Long"},
		{"Piet", "Bakker"}, {"Jan", "van 't Hof"}, {"محمد", "الحسن"},
	} {
		for _, f := range Forms(p[0], p[1], "") {
			b.Add(f.Phrase, int32(i), f.Kind)
		}
	}
	return NewEngine(b.Build(), []Place{
		{"pg.prod.internal", "pg.staging.internal"}, {"acme", "acme-stg"}, {"globex-", "gx-"}, {"a", "b"},
	})
}

type engineCase struct {
	in, want string
	context  []int32
}

func (c engineCase) run(t *testing.T, e *Engine, isHTML bool) {
	t.Helper()
	var n Counts
	got := string(e.Rewrite([]byte("> "), []byte(c.in), mask{}, Options{HTML: isHTML, Context: c.context}, &n))
	if got != "> "+c.want {
		t.Errorf("context %v\n  in %q\n got %q\nwant %q", c.context, c.in, got[2:], c.want)
	}
	total := n.Names + n.Emails + n.Phones + n.Places
	if (total == 0) != (c.in == c.want) {
		t.Errorf("%q: counts %+v", c.in, n)
	}
}

func TestEngineNames(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"", "", nil},
		{"nobody is here", "nobody is here", nil},
		{"Rose Hill wrote, and ROSE HILL again.", "Iris Falk wrote, and IRIS FALK again.", nil},
		{"Hill, Rose; R. Hill", "Falk, Iris; I. Falk", nil},
		{"Stone by stone", "Stone by stone", nil},
		{"Ms Stone", "Ms Falk", []int32{7}},
		// Unusual names count alone.
		{"Herr Möller, HERR MOELLER, moeller, Moller", "Herr Falk, HERR FALK, moeller, Falk", nil},
		{"moeller", "falk", []int32{3}},
		{"Jörg Möllers Bericht, O'Connor’s report", "Iris Falks Bericht, Falk’s report", nil},
		{"ask Jörg", "ask Iris", nil},
		{"Jean-Luc Picard, Picard's, JEAN LUC PICARD", "Iris Falk, Falk's, IRIS FALK", nil},
		{"van der Berg am Berg, Berg, Jan van der", "Falk am Berg, Falk, Iris", nil},
		{"A Long day, a long day, A. Long", "A Long day, a long day, I. Falk", nil},
		{"j. möller, J Möller, j möller", "i. falk, I Falk, j möller", nil},
		{"请王小明回电", "请Falk Iris回电", nil},
		{"国王", "国王", []int32{8}},
		{"Jo\u0308rg Mo\u0308ller", "Iris Falk", nil},
		{"Rose\nHill", "Iris\nFalk", nil},
		{"Rose\n\nHill", "Rose\n\nHill", nil},
		// Apart, as the proof reads them.
		{"Rose; Hill; rose; Hill", "Iris; Falk; rose; Hill", nil},
		{"jörg | möller, jörg\n\nmöller, by jörg. Möller", "iris | falk, iris\n\nfalk, by jörg. Falk", nil},
		{"rose_möller rose.hill", "rose_möller rose.hill", nil},
		// A title makes a surname of a word.
		{"Mr Grant and Frau Long, Dr. May; a long May, Mr. may", "Mr Falk and Frau Falk, Dr. Falk; a long May, Mr. may", nil},
		{"M. Long, Mr.\nLong, HERR GRANT, fr Long", "M. Falk, Mr.\nFalk, HERR FALK, fr Long", nil},
		{"请问王经理，王国", "请问Falk经理，王国", nil},
		// What begins a sentence need not be a name.
		{"Picard said: Bakker, no. Bakker bakt. The Bakker file", "Falk said: Falk, no. Bakker bakt. The Falk file", nil},
		{"Bakker", "Falk", nil},
		{"– „Bakker“ bakt", "– „Bakker“ bakt", nil},
		{"- Bakker bakt", "- Falk bakt", []int32{11}},
		// Initials in the middle.
		{"Rose Q. Hill, Rose A. B. Hill, Rose Q Hill", "Iris Falk, Iris Falk, Iris Falk", nil},
		{"Sean P. O'Connor, Rose q. Hill, à L. Picard", "Iris Falk, Rose q. Hill, à L. Falk", nil},
		{"Hill R. S.", "Falk I. S.", nil},
		{"sean.oconnor, Sean OConnor", "iris.falk, Iris Falk", nil},
		{"Jan van ’t Hof, 't Hof, Jan van", "Iris Falk, 't Falk, Iris van", nil},
		// Arabic writes and, in, for with the word behind it.
		{"ومحمد الحسن ومحمد", "وIris Falk وIris", nil},
		{"joerg.moeller, Joerg-Moeller", "iris.falk, Iris-Falk", nil},
	} {
		c.run(t, e, false)
	}
}

func TestEngineHomonyms(t *testing.T) {
	e := testEngine()
	for _, c := range []struct {
		in       string
		context  []int32
		id       int32
		homonyms int
	}{
		{"Möller", nil, 3, 1}, {"Möller", []int32{9}, 9, 0}, {"Möller", []int32{0}, 3, 1}, {"Anna", nil, 7, 1},
		{"Anna", []int32{10, 9}, 9, 0}, {"Anna Möller", nil, 9, 0},
	} {
		var ids []int32
		var n Counts
		e.Rewrite(nil, []byte(c.in), mask{&ids}, Options{Context: c.context}, &n)
		if len(ids) != 1 || ids[0] != c.id || n.Homonyms != c.homonyms {
			t.Errorf("%q in context %v: persons %v, %+v", c.in, c.context, ids, n)
		}
	}
}

func TestEngineDetectors(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"Rose hill@foo.org", "Rose x@example.com", nil},
		{"Rose Hill <rose.hill@foo.org>, tel. +49 30 1234567.", "Iris Falk <x@example.com>, tel. +999 1.", nil},
		{"https://pg.prod.internal/x?u=a@pg.prod.internal", "https://pg.staging.internal/x?u=x@example.com", nil},
		{"PG.PROD.INTERNAL mypg.prod.internal pg.prod.internals x.pg.prod.internal",
			"pg.staging.internal mypg.prod.internal pg.prod.internals x.pg.staging.internal", nil},
		{"acme acme-data acmes acme-stg acme-stg-x", "acme-stg acme-stg-data acmes acme-stg acme-stg-x", nil},
		{"globex-profiles globex", "gx-profiles globex", nil},
		{"globex-acme", "gx-acme-stg", nil},
		{"mailto:rose@foo.org?cc=hill@foo.org", "mailto:x@example.com?cc=x@example.com", nil},
	} {
		c.run(t, e, false)
	}
}

func TestEngineLayers(t *testing.T) {
	e := testEngine()
	b64 := base64.StdEncoding.EncodeToString
	inner := `{"name":"Rose Hill","note":"a \"quoted\" caf\u00e9"}`
	innerOut := `{"name":"Iris Falk","note":"a \"quoted\" caf\u00e9"}`
	quote := func(s string) string { q, _ := json.Marshal(s); return string(q) }
	for _, c := range []engineCase{
		{"see ?q=rose%40foo.org&n=Rose%20Hill&p=100%", "see ?q=x%40example.com&n=Iris%20Falk&p=100%", nil},
		{"?to=rose%2540foo.org", "?to=x%2540example.com", nil},
		{"Rose+Hill", "Iris+Falk", nil},
		{"?q=Ask+rose%40foo.org+now&p=Rose++Hill", "?q=Ask+x%40example.com+now&p=Iris++Falk", nil},
		{"?q=Call%3A+415-555-0123+now&p=+4930123456", "?q=Call%3A++999 1+now&p=+999 1", nil},
		{"?n=Hill%2C+Rose&m=a+b%40foo.org&o=a+b@foo.org", "?n=Falk%2C%20Iris&m=x%40example.com&o=x@example.com", nil},
		{`log: "J\u00f6rg M\u00f6ller" at rose\u0040foo.org`, `log: "Iris Falk" at x@example.com`, nil},
		{`line\nRose\tHill\n`, `line\nIris\tFalk\n`, nil},
		{"J&ouml;rg M&#246;ller &amp; Co", "Iris Falk &amp; Co", nil},
		{inner, innerOut, nil},
		{` {"n": 12345678901234567890, "payload": ` + quote(inner) + `, "Rose Hill": 1.10} `,
			` {"n": 12345678901234567890, "payload": ` + strings.ReplaceAll(quote(inner), "Rose Hill", "Iris Falk") + `, "Iris Falk": 1.10} `, nil},
		{`["J\u00f6rg M\u00f6ller", "x"]`, `["Iris Falk", "x"]`, nil},
		{`[Note] Rose Hill called`, `[Note] Iris Falk called`, nil},
		{`"Rose Hill"`, `"Iris Falk"`, nil},
		{"token " + b64([]byte("user=Rose Hill;role=admin")) + " end", "token " + b64([]byte("user=Iris Falk;role=admin")) + " end", nil},
		{"{\"t\":\"" + b64([]byte(inner)) + "\"}", "{\"t\":\"" + b64([]byte(innerOut)) + "\"}", nil},
		{b64([]byte("nothing to see here at all")), b64([]byte("nothing to see here at all")), nil},
		{b64([]byte("\x00\x01\x02\x03Rose Hill\xff\xfe binary")), b64([]byte("\x00\x01\x02\x03Rose Hill\xff\xfe binary")), nil},
	} {
		c.run(t, e, false)
	}
}

func TestEngineHTML(t *testing.T) {
	e := testEngine()
	for _, c := range []engineCase{
		{"<p>Rose Hill</p>", "<p>Iris Falk</p>", nil},
		{"<td>Rose</td>\n<td>Hill</td><td>Grant</td>", "<td>Iris</td>\n<td>Falk</td><td>Grant</td>", nil},
		{"<td>Rose</td><td>Hill</td>", "<td>Iris</td><td>Falk</td>", []int32{0}},
		{"Rose<br>Hill", "Iris<br>Falk", nil},
		{`<a href="mailto:rose@foo.org?n=Rose%20Hill" title="J&ouml;rg M&ouml;ller">mail</a>`,
			`<a href="mailto:x@example.com?n=Iris%20Falk" title="Iris Falk">mail</a>`, nil},
		// Lower case and a word: no name, even in context.
		{`<span class="hill" title='Rose Hill'>Rose</span>`, `<span class="hill" title='Iris Falk'>Iris</span>`, []int32{3, 0}},
		{`<td Möller=1 title=Möller alt=R.&#32;Hill>Möller</td>`, `<td Möller=1 title=Falk alt=I.&#32;Falk>Falk</td>`, nil},
		{`Rose Hill <rose.hill@foo.org> or <Rose Hill>`, `Iris Falk <x@example.com> or <Iris Falk>`, nil},
		{`<b rose@foo.org>`, `<b x@example.com>`, nil},
		{"<!-- by Rose Hill --><hr>", "<!-- by Iris Falk --><hr>", nil},
		{"a < b, Rose Hill > c <", "a < b, Iris Falk > c <", nil},
		{"rose&#64;foo.org, rose%40foo.org", "x@example.com, x%40example.com", nil},
		{"Rose <b class=x>Hill</b> &amp; Jo&ouml; &lt;tag&gt;", "Iris <b class=x>Falk</b> &amp; Jo&ouml; &lt;tag&gt;", nil},
		{`<img alt="a > b Rose Hill"/>`, `<img alt="a > b Iris Falk"/>`, nil},
		{"plain Rose Hill", "plain Iris Falk", nil},
	} {
		c.run(t, e, true)
	}
}

func TestEngineGzip(t *testing.T) {
	pack := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.String()
	}
	e := testEngine()
	for _, c := range []engineCase{
		{pack(`{"name":"J\\u00f6rg M\\u00f6ller"}`), pack(`{"name":"Iris Falk"}`), nil},
		{pack("nothing"), pack("nothing"), nil},
		{pack("Rose Hill")[:20], pack("Rose Hill")[:20], nil},
	} {
		c.run(t, e, false)
	}
}

// TestEngineLayersLaw wraps mentions in up to four encodings and reads the result with other people's decoders.
func TestEngineLayersLaw(t *testing.T) {
	e := testEngine()
	type code struct {
		name   string
		encode func(string) string
		decode func(string) (string, error)
	}
	codes := []code{
		{"json", func(s string) string { b, _ := json.Marshal([]string{"k", s}); return string(b) },
			func(s string) (string, error) {
				var v []string
				err := json.Unmarshal([]byte(s), &v)
				return strings.Join(v[min(1, len(v)):], ""), err
			}},
		{"query", url.QueryEscape, url.QueryUnescape},
		{"path", url.PathEscape, url.PathUnescape},
		{"html", html.EscapeString, func(s string) (string, error) { return html.UnescapeString(s), nil }},
		{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
			func(s string) (string, error) { b, err := base64.StdEncoding.DecodeString(s); return string(b), err }},
	}
	rapid.Check(t, func(t *rapid.T) {
		mention := rapid.SampledFrom([][2]string{
			{"Jörg Möller", "Iris Falk"}, {"Hill, Rose", "Falk, Iris"}, {"Sean O'Connor", "Iris Falk"}, {"rose@foo.org", "x@example.com"},
			{"+49 30 1234567", "+999 1"}, {"R. Hill", "I. Falk"},
		}).Draw(t, "mention")
		frame := rapid.SampledFrom([]string{"please ask %s about the next step", `"%s" <said> so & went home`, "%s\n%s: a longer line, 100 + 1"}).Draw(t, "frame")
		stack := rapid.SliceOfN(rapid.IntRange(0, len(codes)-1), 0, deepestLayer).Draw(t, "stack")
		in, want := strings.ReplaceAll(frame, "%s", mention[0]), strings.ReplaceAll(frame, "%s", mention[1])
		for _, c := range stack {
			in = codes[c].encode(in)
		}
		got := string(e.Rewrite(nil, []byte(in), mask{}, Options{}, nil))
		for i := len(stack) - 1; i >= 0; i-- {
			out, err := codes[stack[i]].decode(got)
			if err != nil {
				t.Fatalf("%v: %q cannot be decoded: %v", stack, got, err)
			}
			got = out
		}
		if got != want {
			t.Fatalf("%v: %q, want %q", stack, got, want)
		}
	})
}

// TestEngineFixedPoint: what was rewritten is not rewritten again.
func TestEngineFixedPoint(t *testing.T) {
	e := testEngine()
	in := "Rose Hill, O'Connor's acme-data on pg.prod.internal, J. Möller"
	once := e.Rewrite(nil, []byte(in), mask{}, Options{}, nil)
	var n Counts
	twice := e.Rewrite(nil, once, mask{}, Options{}, &n)
	if string(once) != string(twice) || n != (Counts{}) {
		t.Errorf("%q became %q, %+v", once, twice, n)
	}
}

func TestEngineAllocatesNothing(t *testing.T) {
	e := testEngine()
	for _, s := range []string{
		"The quarterly report is due on Friday, will you send it? May I ask for 100% of it by 12:30? See C:/x & y.",
		"active", "", "0190a6e2-7c4e-7d1b-9f7e-2f6d3c1b5a49", "getEmployeeCompensationSummaryForYear", "größer, höher – weiter…",
	} {
		dst, src := make([]byte, 0, 1024), []byte(s)
		var n Counts
		if a := testing.AllocsPerRun(100, func() { dst = e.Rewrite(dst[:0], src, mask{}, Options{}, &n) }); a > 0 {
			t.Errorf("%.20q: %v allocations", s, a)
		}
	}
}

func FuzzEngine(f *testing.F) {
	e := testEngine()
	f.Add([]byte(`<a href="mailto:rose@foo.org">J&ouml;rg <b>M&ouml;ller</b></a> rose%40foo.org`), true)
	f.Add([]byte(`{"a":"Rose \"Hill\" \u0041","b":["um9zZSBIaWxsIHdhcyBoZXJlIHRvZGF5"]}`), false)
	f.Fuzz(func(t *testing.T, s []byte, isHTML bool) {
		var n Counts
		out := e.Rewrite(nil, s, mask{}, Options{HTML: isHTML, Context: []int32{0}}, &n)
		if n == (Counts{}) && string(out) != string(s) {
			t.Fatal("text changed without a count")
		}
		if json.Valid(s) && !isHTML && !json.Valid(out) {
			t.Fatal("JSON became invalid")
		}
		if isHTML && tagsIn(out) != tagsIn(s) {
			t.Fatal("a tag was lost or made")
		}
	})
}

// tagsIn counts tags and comments; a sign that begins none may come out as an entity.
func tagsIn(s []byte) (n int) {
	tags := tagSearch{s: s}
	for tag, kind := tags.next(0); kind != noMarkup; tag, kind = tags.next(tag.End) {
		n++
	}
	return n
}

func BenchmarkEngine(b *testing.B) {
	d, s := benchPeople(20_000)
	e := NewEngine(d, []Place{{"pg.prod.internal", "pg.staging.internal"}, {"prodaccount.blob.core.windows.net", "stg"}, {"acme-", "acme-stg-"}})
	for _, size := range []int{64, 4 << 10, len(s)} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				dst = e.Rewrite(dst[:0], s[:size], quiet{}, Options{}, nil)
			}
		})
	}
}

// BenchmarkEngineLayers is the worst case short of an attack: three encodings in one text.
func BenchmarkEngineLayers(b *testing.B) {
	d, s := benchPeople(20_000)
	e := NewEngine(d, nil)
	s = []byte(strings.ReplaceAll(string(s[:16<<10]), " the ", " %20 &amp; \\u0041 "))
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = e.Rewrite(dst[:0], s, quiet{}, Options{}, nil)
	}
}

// quiet costs nothing, so that the benchmark shows the engine.
type quiet struct{}

func (quiet) Name(dst []byte, m Match, original []byte) []byte { return append(dst, "Iris Falk"...) }
func (quiet) Email(dst []byte, original []byte) []byte         { return append(dst, "x@example.com"...) }
func (quiet) Phone(dst []byte, original []byte) []byte         { return append(dst, "+999 1"...) }
