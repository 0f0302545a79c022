package verify

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// wrap writes text through somebody else's encoder.
func wrap(to func(w io.Writer) io.WriteCloser) func(string) string {
	return func(s string) string {
		var b bytes.Buffer
		w := to(&b)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return b.String()
	}
}

// hidings are the ways in which a text may stand in a text.
func hidings() (names []string, by map[string]func(string) string) {
	base := func(e *base64.Encoding) func(string) string {
		return wrap(func(w io.Writer) io.WriteCloser { return base64.NewEncoder(e, w) })
	}
	quoted := wrap(func(w io.Writer) io.WriteCloser { return quotedprintable.NewWriter(w) })
	gz := wrap(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	zl := wrap(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	cut := func(n int) func(string) string {
		return func(s string) string {
			var out strings.Builder
			for i, c := range base(base64.StdEncoding)(s) {
				if i > 0 && i%n == 0 {
					out.WriteByte('\n')
				}
				out.WriteRune(c)
			}
			return out.String()
		}
	}
	text := func(s string) string { b, _ := json.Marshal([]any{1, s}); return string(b) }
	by = map[string]func(string) string{
		"json": text, "html": html.EscapeString, "attribute": func(s string) string { return `<p title="` + html.EscapeString(s) + `">x</p>` },
		"query": func(s string) string { return "/find?a=1&q=" + url.QueryEscape(s) }, "mailto": func(s string) string { return "mailto:x?subject=" + url.PathEscape(s) },
		"ascii": func(s string) string {
			var b strings.Builder
			for _, r := range text(s) {
				if r > 0x7e {
					fmt.Fprintf(&b, `\u%04X`, r)
				} else {
					b.WriteRune(r)
				}
			}
			return b.String()
		},
		"quoted": quoted, "header Q": func(s string) string { return "From: " + mime.QEncoding.Encode("UTF-8", "Ä "+s) }, "header B": func(s string) string { return mime.BEncoding.Encode("utf-8", s+" ß") },
		"base64": base(base64.StdEncoding), "raw": base(base64.RawStdEncoding), "url": base(base64.URLEncoding), "raw url": base(base64.RawURLEncoding), "cut 76": cut(76), "cut 64": cut(64),
		"data": func(s string) string { return "data:;base64," + base(base64.StdEncoding)(s) },
		"jwt":  func(s string) string { return "eyJhbGciOiJub25lIn0." + base(base64.RawURLEncoding)(text(s)) + "." },
		"gzip": func(s string) string { return base(base64.StdEncoding)(gz(s)) }, "zlib": func(s string) string { return "." + base(base64.RawURLEncoding)(zl(s)) },
		"message": func(s string) string { return base(base64.StdEncoding)(listOf(s)) },
		"garbled": func(s string) string { return garbled(s, charmap.ISO8859_1) }, "garbled in Windows": func(s string) string { return garbled(s, charmap.Windows1252) },
	}
	for name := range by {
		names = append(names, name)
	}
	return names, by
}

// garbled is UTF-8 that somebody read in another charset.
func garbled(s string, in *charmap.Charmap) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if r := in.DecodeByte(c); r != utf8.RuneError {
			b.WriteRune(r)
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// listOf is a list of MessagePack with one string.
func listOf(s string) string {
	return "\x91\xdb" + string([]byte{byte(len(s) >> 24), byte(len(s) >> 16), byte(len(s) >> 8), byte(len(s))}) + s
}

// However a value is encoded, to depth 4, a name, an address and a number in it are found.
func TestHidden(t *testing.T) {
	in := inspector(t)
	names, by := hidings()
	missed := 0
	look := func(mention string, stack ...string) {
		value := "Kindly ask " + mention + " tomorrow, and tell everybody else on the team what came out of it."
		for _, name := range stack {
			value = by[name](value)
		}
		if got := kindsIn(in, value); len(got) == 0 {
			if missed++; missed < 10 {
				t.Errorf("%s in %v is not found: %.200q", mention, stack, value)
			}
		}
	}
	for _, mention := range []string{"Jörg Möller", "jane.stonefield@acme-corp.com", "+49 170 5550123"} {
		for i, a := range names {
			look(mention, a)
			for k, b := range names {
				look(mention, a, b)
				look(mention, a, b, a)
				look(mention, b, a, names[(i+2*k)%len(names)], names[(i+k)%len(names)])
			}
		}
	}
	if missed > 0 {
		t.Errorf("%d are missed", missed)
	}
}

// Values of caches, as an application writes them: each mention is found, alone and inside compression, and a column of
// family names is seen in them as in JSON.
func TestCaches(t *testing.T) {
	gz := wrap(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	zl := wrap(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	bare := func(s string) string { return s }
	for name, value := range map[string]string{
		"a name":                     "\x82\xa2id\x07\xa4name\xacJörg Möller",
		"a name behind a letter":     "\x81\xa1n\xd9\x41" + "Jane Stonefield was here, and then she went away, as people do."[:63] + "..",
		"a name before a number":     "\x92\xafJane Stonefield\x41",
		"a phone as an integer":      "\x81\xa1p" + "\xcf\x00\x00\x00\x72\x7b\xef\x45\x2b",
		"an address":                 "\x81\xa4mail\xbdjane.stonefield@acme-corp.com",
		"a key":                      "\x81\xafJane Stonefield\x01",
		"a list in a map":            "\x81\xa1l\x91\x91\xafJane Stonefield",
		"serialised":                 `a:1:{s:4:"name";s:15:"Jane Stonefield";}`,
		"serialised address":         "O:4:\"User\":1:{s:11:\"\x00User\x00email\";s:29:\"jane.stonefield@acme-corp.com\";}",
		"session":                    `uid|i:5;name|s:15:"Jane Stonefield";`,
		"serialised in a serialised": `s:44:"a:1:{s:4:"name";s:15:"Jane Stonefield";}";`,
	} {
		for how, pack := range map[string]func(string) string{"plain": bare, "gzip": gz, "zlib": zl, "twice": func(s string) string { return gz(zl(s)) }} {
			if got := kindsIn(inspector(t), pack(value)); len(got) == 0 {
				t.Errorf("%s, %s: not found", name, how)
			}
		}
	}
	for how, pack := range map[string]func(string) string{"messagepack": bare, "gzip": gz} {
		in := inspector(t)
		for _, last := range []string{"Stonefield", "Quimby", "O'Connor"} {
			in.Value("users", "cache", []byte(pack("\x82\xa2id\x07\xa4last"+string([]byte{0xa0 | byte(len(last))})+last)))
		}
		if leaks := columnLeaks([]*Inspector{in}); len(leaks) != 1 || leaks[0].Place != "users.cache.last" {
			t.Errorf("%s: %v", how, leaks)
		}
	}
}

// FuzzMessage: what is read as MessagePack is read to its end, and nothing of it grows without bounds.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{"\x82\xa2id\x07\xa4name\xa4Jane", "\xdf\x00\x00\x00\x01\x01\xca\x00\x00\x00\x00", "\x91\xc7\x01\x05a", "\x9f", "\xdd\xff\xff\xff\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		inner, is := unmessage(nil, value)
		if is && len(inner) > 400*len(value) {
			t.Fatalf("%d bytes become %d", len(value), len(inner))
		}
		if inner, found := unmailed(nil, value); len(inner) > 3*len(value) || !found && bytes.IndexByte(value, '=') < 0 && !bytes.Equal(inner, value) {
			t.Fatal("mail that is none was changed")
		}
	})
}
