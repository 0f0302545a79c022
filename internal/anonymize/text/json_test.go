package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func keepAll(*Token) (Action, []byte, error) { return Keep, nil, nil }

// byPath acts on values by their path and on keys by "path{key}".
func byPath(actions map[string]string) Visit {
	return func(t *Token) (Action, []byte, error) {
		at := string(t.Path)
		if t.Key {
			at = fmt.Sprintf("%s{%s}", t.Path, t.Value)
		}
		do, ok := actions[at]
		switch verb, arg, _ := strings.Cut(do, ":"); {
		case !ok:
			return Keep, nil, nil
		case verb == "drop":
			return Drop, nil, nil
		case verb == "skip":
			return Skip, nil, nil
		case verb == "null":
			return SetNull, nil, nil
		case verb == "raw":
			return SetRaw, []byte(arg), nil
		case verb == "text":
			return SetText, []byte(arg), nil
		}
		return Keep, nil, errors.New("no such verb")
	}
}

func TestA16_RewriteKeepsBytes(t *testing.T) {
	for _, in := range []string{
		`{"n":12345678901234567890,"v":1.10,"e":1E+2,"a":1,"a":2,"z":0,"b":-0}`,
		" {\n\t\"a\" : [ 1 , { } , [ ] ] \r\n} ",
		`"\ud800 lone \udc00\ud800x A \/ \u0000"`,
		`{"":{"":1},"a.b":2,"c[d]\\":3}`,
		"\"\xff\xfe\"",
		`null`, `[]`, `0`, `""`, `[[[[]]]]`,
		strings.Repeat("[", deepest) + strings.Repeat("]", deepest),
	} {
		got, err := Rewrite([]byte("x"), []byte(in), keepAll)
		if err != nil || string(got) != "x"+in {
			t.Errorf("%.60q: %.60q, %v", in, got, err)
		}
	}
}

func TestRewriteActions(t *testing.T) {
	for _, c := range []struct {
		in, want string
		actions  map[string]string
	}{
		{`{"a":"x", "b":{"c":1.10}}`, `{"a":"y\"\n\u0001", "b":{"c":1.10}}`, map[string]string{"a": "text:y\"\n\x01"}},
		{`{"a":1,"b":[1,{"c":"x"}]}`, `{"a":null,"b":[1,{"c":"y"}]}`, map[string]string{"a": "null", "b[].c": "text:y"}},
		{`[1,2]`, `[[3],[3]]`, map[string]string{"[]": "raw:[3]"}},
		{`[[1],[2]]`, `[["x"],["x"]]`, map[string]string{"[][]": "text:x"}},
		{`{"a.b":1,"a":{"b":2},"c[d\\":3,"":4}`, `{"a.b":null,"a":{"b":2},"c[d\\":null,"":null}`,
			map[string]string{`a\.b`: "null", `c\[d\\`: "null", `\0`: "null"}},
		{`{"\u0061":1}`, `{"\u0061":null}`, map[string]string{"a": "null"}},
		{`{"rose":1,"b":2}`, `{"iris":1,"b":2}`, map[string]string{"{rose}": "text:iris"}},
		{`{"a":{"k":1},"b":2}`, `{"a":{"k":1},"b":null}`, map[string]string{"a": "skip", "a.k": "null", "b": "null"}},
		{`{"a":{"k":1},"b":2}`, `{"a":{"k":1},"b":null}`, map[string]string{"{a}": "skip", "a.k": "null", "b": "null"}},
		{`{"a":{"k":[1]},"b":2}`, `{"a":"-","b":2}`, map[string]string{"a": "text:-"}},
		// Drop takes one comma along.
		{`{ "a":1, "b":2, "c":3 }`, `{ "b":2, "c":3 }`, map[string]string{"a": "drop"}},
		{`{ "a":1, "b":2, "c":3 }`, `{ "a":1, "c":3 }`, map[string]string{"b": "drop"}},
		{`{ "a":1, "b":2, "c":3 }`, `{ "a":1, "b":2 }`, map[string]string{"c": "drop"}},
		{`{ "a":1, "b":2, "c":3 }`, `{ "c":3 }`, map[string]string{"a": "drop", "b": "drop"}},
		{`{ "a":1, "b":2, "c":3 }`, `{ "a":1 }`, map[string]string{"b": "drop", "{c}": "drop"}},
		{`{ "a":1, "b":2, "c":3 }`, `{ "b":2 }`, map[string]string{"a": "drop", "c": "drop"}},
		{`{ "a":1, "b":2 }`, `{  }`, map[string]string{"a": "drop", "b": "drop"}},
		{`{"a":1,"b":2,"c":3,"d":4}`, `{"a":null,"d":null}`, map[string]string{"a": "null", "b": "drop", "c": "drop", "d": "null"}},
		{`[1,[2],3]`, `[]`, map[string]string{"[]": "drop"}},
		{`{"x":1,"k":"v","y":2}`, `{"x":1,"y":2}`, map[string]string{"{k}": "text:renamed", "k": "drop"}},
		{`{"x":[],"k":{"deep":[{}]}}`, `{"x":[]}`, map[string]string{"k": "drop"}},
	} {
		got, err := Rewrite(nil, []byte(c.in), byPath(c.actions))
		if err != nil || string(got) != c.want {
			t.Errorf("%s with %v:\n got %s, %v\nwant %s", c.in, c.actions, got, err, c.want)
		}
	}
}

func TestRewriteVisits(t *testing.T) {
	var got []string
	in := `{"a":[1,"\u00e9",true],"b":{"c":null}}`
	_, err := Rewrite(nil, []byte(in), func(t *Token) (Action, []byte, error) {
		got = append(got, fmt.Sprintf("%s|%d|%v|%s|%s|%d", t.Path, t.Type, t.Key, t.Raw, t.Value, t.Offset))
		return Keep, nil, nil
	})
	want := []string{
		`|5|false|{|{|0`,
		`|1|true|"a"|a|1`, `a|6|false|[|[|5`, `a[]|2|false|1|1|6`, `a[]|1|false|"\u00e9"|é|8`, `a[]|3|false|true|true|17`,
		`|1|true|"b"|b|23`, `b|5|false|{|{|27`, `b|1|true|"c"|c|28`, `b.c|4|false|null|null|32`,
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestRewriteErrors(t *testing.T) {
	deep := strings.Repeat("[", deepest+1) + strings.Repeat("]", deepest+1)
	for _, c := range []struct {
		in string
		at int
	}{
		{``, 0}, {` `, 1}, {`{`, 1}, {`{"a"`, 4}, {`{"a":`, 5}, {`{"a":1`, 6}, {`{"a":1,}`, 7}, {`[1,]`, 3}, {`[1 2]`, 3},
		{`{a:1}`, 1}, {`01`, 1}, {`1.`, 2}, {`1e`, 2}, {`-`, 1}, {`+1`, 0}, {`tru`, 3}, {`nulL`, 3}, {`"\x"`, 2}, {`"\u12g4"`, 5},
		{"\"a\nb\"", 2}, {`"abc`, 4}, {`1 1`, 2}, {`{}}`, 2}, {`[}`, 1}, {`{]`, 1}, {deep, deepest}, {"\xef\xbb\xbf{}", 0},
	} {
		for name, run := range map[string]func() ([]byte, error){
			"Rewrite": func() ([]byte, error) { return Rewrite([]byte("x"), []byte(c.in), keepAll) },
			"Compact": func() ([]byte, error) { return Compact([]byte("x"), []byte(c.in)) },
			"skip": func() ([]byte, error) {
				return Rewrite([]byte("x"), []byte(c.in), func(*Token) (Action, []byte, error) { return Skip, nil, nil })
			},
		} {
			got, err := run()
			var se *SyntaxError
			if !errors.As(err, &se) || se.Offset != c.at || string(got) != "x" {
				t.Errorf("%s(%.20q) = %.20q, %v; want offset %d", name, c.in, got, err, c.at)
			}
		}
	}
	boom := errors.New("boom")
	if _, err := Rewrite(nil, []byte(`[1]`), func(t *Token) (Action, []byte, error) { return Keep, nil, boom }); err != boom {
		t.Errorf("a visitor's error: %v", err)
	}
	for _, actions := range []map[string]string{{"": "drop"}, {"a": "raw:{"}, {"a": "raw:"}, {"a": "raw:1 2"}, {"{a}": "null"}, {"{a}": "raw:1"}} {
		if got, err := Rewrite(nil, []byte(`{"a":1}`), byPath(actions)); err == nil {
			t.Errorf("%v: %s", actions, got)
		}
	}
}

func TestScalar(t *testing.T) {
	doc := `{"id":12345678901234567890,"n":null,"user":{"name":"J\u00f6rg","ids":[[],null,"a","b"]},"user":{"late":true},
		"x.y":{"":1.10},"list":[{"k":{}},{"k":"v"}],"a\u002eb":2}`
	for path, want := range map[string]string{
		"id": "12345678901234567890", "user.name": "Jörg", "user.ids[]": "a", "user.late": "true", `x\.y.\0`: "1.10",
		"list[].k": "v", `a\.b`: "2",
		"n": "-", "user": "-", "": "-", "list": "-", "list[]": "-", "missing": "-", "id.x": "-", "x.y": "-",
	} {
		got, ok, err := Scalar([]byte(doc), path)
		if err != nil || ok != (want != "-") || ok && string(got) != want {
			t.Errorf("Scalar(%q) = %q, %v, %v; want %s", path, got, ok, err, want)
		}
	}
	if got, ok, err := Scalar([]byte(` "x" `), ""); string(got) != "x" || !ok || err != nil {
		t.Errorf("the whole value: %q, %v, %v", got, ok, err)
	}
	if _, ok, err := Scalar([]byte(`{"a":1,"b`), "b"); ok || err == nil {
		t.Errorf("truncated: %v, %v", ok, err)
	}
}

func TestJoinPath(t *testing.T) {
	if got := JoinPath(JoinPath(JoinPath("", "a.b"), ""), "c"); got != `a\.b.\0.c` {
		t.Error(got)
	}
}

func FuzzRewrite(f *testing.F) {
	for _, s := range []string{`{"a":[1,"\u00e9",true],"b":{"c":null}}`, "\"\xff\"", `[1.10e+5,"\ud800"]`, `{"a":1,}`, ` [ ] `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		got, err := Rewrite(nil, s, keepAll)
		if valid := json.Valid(s); valid != (err == nil) || valid && !bytes.Equal(got, s) {
			t.Fatalf("valid %v, error %v, %d bytes to %d", valid, err, len(s), len(got))
		}
		one, cerr := Compact(nil, s)
		if (cerr == nil) != (err == nil) {
			t.Fatalf("Compact and Rewrite disagree: %v, %v", cerr, err)
		}
		if _, _, serr := Scalar(s, "a[].b"); serr != nil && err == nil {
			t.Fatalf("Scalar: %v", serr)
		}
		if err != nil {
			return
		}
		var want bytes.Buffer
		if json.Compact(&want, s) != nil || !bytes.Equal(one, want.Bytes()) {
			t.Fatalf("Compact differs from encoding/json's")
		}
		n := 0
		out, err := Rewrite(nil, s, func(tok *Token) (Action, []byte, error) {
			n++
			switch {
			case n%5 == 4:
				if len(tok.Path) > 0 || tok.Key {
					return Drop, nil, nil
				}
			case n%5 == 3:
				return SetText, tok.Value, nil
			case n%5 == 2 && !tok.Key:
				return SetNull, nil, nil
			}
			return Keep, nil, nil
		})
		if err != nil || !json.Valid(out) {
			t.Fatalf("edited JSON is not JSON: %v", err)
		}
	})
}

// TestUnescapeLaw: what AppendString writes means what it was given, to us and to encoding/json.
func TestUnescapeLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		raw := AppendString(nil, []byte(s))
		var theirs string
		if err := json.Unmarshal(raw, &theirs); err != nil || theirs != s {
			t.Fatalf("encoding/json reads %q, %v", theirs, err)
		}
		if ours := unescape(nil, raw[1:len(raw)-1]); string(ours) != s {
			t.Fatalf("unescape reads %q", ours)
		}
		theirRaw, _ := json.Marshal(s)
		if ours := unescape(nil, theirRaw[1:len(theirRaw)-1]); string(ours) != s {
			t.Fatalf("unescape of theirs reads %q", ours)
		}
	})
}

// benchDoc is a profile of about 1.5 KB, as an index or a jsonb column holds it.
func benchDoc() []byte {
	return []byte(`{"id":"0190a6e2-7c4e-7d1b-9f7e-2f6d3c1b5a49","tenant":"acme","version":17,"active":true,"created_at":"2024-03-01T08:15:30.123Z","updated_at":"2025-01-31T17:45:00.000Z","user":{"id":481516,"name":"Rose Hill","email":"rose.hill@acme.com","phone":"+49 30 1234567","locale":"de-DE","timezone":"Europe/Berlin"},"employment":{"department":"People Operations","title":"Senior Recruiter","location":"Berlin","start_date":"2021-04-01","weekly_hours":38.50,"manager_id":2342,"cost_center":"4711-0815"},"contacts":[{"kind":"emergency","email":"jo@example.org","note":"Please call after six in the evening, the number at work is not answered on Fridays."},{"kind":"private","email":"hill@example.net","note":null}],"skills":["interviewing","sourcing","labour law","employer branding","onboarding"],"notes":"Joined from the Hamburg office. The probation period ended in October; the review was very positive, and the next one is planned for the second quarter. Interested in leading the graduate programme, which starts again in September, and in a move to the Vienna office in the long run.","scores":[4,5,3,5,4],"flags":{"remote":true,"contractor":false,"on_leave":false},"custom":{"shirt_size":"M","parking":"none","badge":"B-20931","laptop":"14 inch, 32 GB, German keyboard"}}`)
}

func BenchmarkRewrite(b *testing.B) {
	doc := benchDoc()
	name, mail, phone := []byte("Iris Falk"), []byte("iris.falk@d-7k3q.example.com"), []byte("+999 30 7654321")
	four := func(t *Token) (Action, []byte, error) {
		if t.Key {
			return Keep, nil, nil
		}
		switch string(t.Path) {
		case "user.name":
			return SetText, name, nil
		case "user.email":
			return SetText, mail, nil
		case "user.phone":
			return SetText, phone, nil
		case "contacts[].email":
			return SetText, mail, nil
		}
		return Keep, nil, nil
	}
	for title, visit := range map[string]Visit{"four paths": four, "keep": keepAll} {
		b.Run(title, func(b *testing.B) {
			var r Rewriter
			var dst []byte
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = r.Rewrite(dst[:0], doc, visit); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScalar(b *testing.B) {
	doc := benchDoc()
	b.ReportAllocs()
	for b.Loop() {
		if _, ok, _ := Scalar(doc, "user.id"); !ok {
			b.Fatal("not found")
		}
	}
}

func BenchmarkCompact(b *testing.B) {
	doc := benchDoc()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = Compact(dst[:0], doc)
	}
}
