package anonymize

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const packedRules = header + `redis:
  "profile:*": {$value: {json: {uid: keep, name: person.name, email: person.email, tags: {list: text}, seen: keep, "**": scan}}, $person: uid}
  "strict:*": {json: {name: name}}
  "scan:*": scan
  "text:*": text
  "list:*": {list: email}
`

// php spells a value of serialize(); an object is a pair of keys and values in order.
func php(v any) string {
	switch v := v.(type) {
	case int:
		return fmt.Sprintf("i:%d;", v)
	case string:
		return fmt.Sprintf("s:%d:%q;", len(v), "")[:len(fmt.Sprintf("s:%d:", len(v)))+1] + v + `";`
	case []any:
		var b strings.Builder
		fmt.Fprintf(&b, "a:%d:{", len(v)/2)
		for _, one := range v {
			b.WriteString(php(one))
		}
		return b.String() + "}"
	}
	return "N;"
}

// message spells a value of MessagePack, short ones only.
func message(v any) string {
	switch v := v.(type) {
	case int:
		return string([]byte{byte(v)})
	case string:
		if len(v) < 32 {
			return string([]byte{0xa0 | byte(len(v))}) + v
		}
		return string([]byte{0xd9, byte(len(v))}) + v
	case []any:
		var b strings.Builder
		b.WriteByte(0x80 | byte(len(v)/2))
		for _, one := range v {
			b.WriteString(message(one))
		}
		return b.String()
	}
	return "\xc0"
}

func jsonOf(v any) string {
	pairs, ok := v.([]any)
	if !ok {
		b, _ := json.Marshal(v)
		return string(b)
	}
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, jsonOf(pairs[i])+":"+jsonOf(pairs[i+1]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func gzipOf(s string) string {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Name = "cache"
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func zlibOf(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// spellings are the ways in which an application stores one value.
func spellings() map[string]func(v any) string {
	return map[string]func(v any) string{
		"json": jsonOf, "php": func(v any) string { return php(v) }, "messagepack": func(v any) string { return message(v) },
		"session": func(v any) string {
			var out string
			for i, pairs := 0, v.([]any); i < len(pairs); i += 2 {
				out += pairs[i].(string) + "|" + php(pairs[i+1])
			}
			return out
		},
		"laravel":     func(v any) string { return php(php(v)) },
		"gzip json":   func(v any) string { return gzipOf(jsonOf(v)) },
		"zlib php":    func(v any) string { return zlibOf(php(v)) },
		"gzip packed": func(v any) string { return gzipOf(message(v)) },
		"twice":       func(v any) string { return zlibOf(gzipOf(php(jsonOf(v)))) },
	}
}

// The same value becomes the same, however it is stored, under rules by path and under scan; what does not change keeps
// its bytes.
func TestPackedValues(t *testing.T) {
	p := compile(t, input(t, packedRules))
	rose := p.in.People.At(0)
	a := p.New()
	value := func(name, email, note string) []any {
		return []any{"uid", 1, "name", name, "email", email, "seen", 5, "more", []any{"note", note, "n", nil}}
	}
	in := value("Rose Hill", "rose.hill@acme.com", "ask Rose Hill")
	want := value(rose.Full(), rose.Email, "ask "+rose.Full())
	for name, spell := range spellings() {
		for _, key := range []string{"profile:x", "scan:x", "text:x"} {
			begin(t, a, key)
			c, ok, err := a.Text([]byte(spell(in)))
			if err != nil || !ok || string(c.Bytes()) != spell(want) {
				t.Errorf("%s under %s: %q, %v\nwant %q", name, key, c.Bytes(), err, spell(want))
			}
		}
		clean := spell([]any{"uid", 1, "seen", 5, "tags", "x"})
		begin(t, a, "profile:x")
		if c, _, err := a.Text([]byte(clean)); err != nil || string(c.Bytes()) != clean {
			t.Errorf("%s without people: %q, %v", name, c.Bytes(), err)
		}
		if len(a.Findings()) > 0 {
			t.Fatalf("%s: %v", name, a.Findings())
		}
		begin(t, a, "strict:x")
		if _, _, err := a.Text([]byte(spell([]any{"name", "Rose Hill", "grown", "x"}))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := fmt.Sprint(a.Findings()); !strings.Contains(got, "json:grown") || len(a.Findings()) != 1 {
			t.Errorf("%s: a path without a rule: %s", name, got)
		}
		clear(a.findings)
	}
	begin(t, a, "list:x")
	if c, _, err := a.Text([]byte(`a:1:{i:0;s:18:"rose.hill@acme.com";}`)); err != nil || string(c.Bytes()) != fmt.Sprintf(`a:1:{i:0;s:%d:"%s";}`, len(rose.Email), rose.Email) {
		t.Errorf("a list: %q, %v", c.Bytes(), err)
	}
	begin(t, a, "scan:x") // inside text
	if c, _, err := a.Text([]byte(`{"command":` + jsonOf(php([]any{"to", "Rose Hill"})) + `}`)); err != nil || string(c.Bytes()) != `{"command":`+jsonOf(php([]any{"to", rose.Full()}))+`}` {
		t.Errorf("a job: %q, %v", c.Bytes(), err)
	}
	begin(t, a, "scan:x")
	if c, _, err := a.Text([]byte("\x81\xa1p\xcf\x00\x00\x00\x72\x7b\xad\x6b\x87")); err != nil || bytes.Contains(c.Bytes(), []byte("\x72\x7b\xad\x6b\x87")) {
		t.Errorf("a known number: %q, %v", c.Bytes(), err)
	}
}

// What no rule can read is refused by name and place, never passed on, and never shown.
func TestPackedIsRefused(t *testing.T) {
	a := compile(t, input(t, packedRules)).New()
	bomb := gzipOf(strings.Repeat("Rose Hill ", 1<<20))
	for _, c := range []struct{ in, want string }{
		{"\x28\xb5\x2f\xfdRose Hill", "compressed with zstd"}, {"\x80\x04\x95Rose Hill.", "a Python pickle"}, {"\x04\x08{Rose Hill", "a Ruby Marshal dump"},
		{gzipOf("Rose Hill, Rose Hill")[:30], "cannot be read to its end"}, {bomb, "grows too large"}, {zlibOf("Rose Hill")[:12], "cannot be read to its end"},
		{gzipOf("\x28\xb5\x2f\xfdRose Hill"), "compressed with zstd"}, {"\x81\xa1k\xd9\x0c\x28\xb5\x2f\xfdRoseHill", "compressed with zstd"},
	} {
		for _, key := range []string{"profile:x", "scan:x", "text:x"} {
			if key == "text:x" && strings.HasPrefix(c.in, "\x81") {
				continue // text asks about a value as a whole
			}
			begin(t, a, key)
			out, _, err := a.Text([]byte(c.in))
			found := a.Misfits()
			if err != nil || bytes.Contains(out.Bytes(), []byte("Rose")) || len(found) != 1 || found[0].Store != "redis" || !strings.Contains(found[0].Why, c.want) {
				t.Errorf("%.10q under %s: %.40q, %v, %v", c.in, key, out.Bytes(), found, err)
			}
		}
	}
	for _, in := range []string{`a:1:{s:4:"name";s:99:"Rose Hill";}`, "\x81\xa4name\xd9\x50Rose", "Rose Hill"} {
		begin(t, a, "profile:x")
		if c, ok, err := a.Text([]byte(in)); ok || err != nil || len(a.Misfits()) != 1 {
			t.Errorf("%q: %q, %v", in, c.Bytes(), err)
		}
	}
	begin(t, a, "scan:x")
	deep := php("Rose Hill")
	for range 20 {
		deep = gzipOf(deep)
	}
	if out, ok, err := a.Text([]byte(deep)); ok || err != nil || len(a.Misfits()) != 1 {
		t.Errorf("twenty times compressed: %d bytes, %v", len(out.Bytes()), err)
	}
	begin(t, a, "scan:x") // it only looks like zlib
	if out, _, err := a.Text([]byte("x^2 of Rose Hill + 1 is a square")); err != nil || strings.Contains(string(out.Bytes()), "Rose") {
		t.Errorf("x^2: %q, %v", out.Bytes(), err)
	}
}

// A column of bytes keeps the charset of its text.
func TestBytesKeepTheirCharset(t *testing.T) {
	a, row := one(t, "scan", Field{Form: FormBytes})
	jorg := a.people.At(1)
	for in, want := range map[string]string{
		"Herr J\xf6rg M\xf6ller kam": "Herr " + jorg.Full() + " kam", "\xff\xfeR\x00o\x00s\x00e\x00 \x00H\x00i\x00l\x00l\x00": "",
		message([]any{"k", "Jörg Möller"}): message([]any{"k", jorg.Full()}), gzipOf("Jörg Möller"): gzipOf(jorg.Full()), `{"k":"Jörg Möller"}`: `{"k":"` + jorg.Full() + `"}`,
	} {
		got := string(must(t, a, row, 0, []byte(in)))
		if want == "" {
			if !strings.HasPrefix(got, "\xff\xfe") || strings.Contains(got, "H\x00i\x00l\x00l") || got[3] != 0 {
				t.Errorf("UTF-16: %q", got)
			}
		} else if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
