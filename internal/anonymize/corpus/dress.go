package corpus

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Dress is the form in which a text is stored. Decode undoes Encode, after
// replacements too; its error says that the form is broken.
type Dress struct {
	Kind   string
	HTML   bool // the field is one of HTML
	Encode func(t *Text) string
	Decode func(body string) (string, error)
}

// whole is a dress that does not care where the mentions are.
func whole(kind string, encode func(string) string, decode func(string) (string, error)) Dress {
	return Dress{Kind: kind, Encode: func(t *Text) string { return encode(t.Plain()) }, Decode: decode}
}

// Dresses lists all of them.
func Dresses() []Dress {
	same := func(s string) (string, error) { return s, nil }
	inHTML := func(kind string, piece func(p Piece) string) Dress {
		return Dress{Kind: kind, HTML: true,
			Encode: func(t *Text) string {
				var b strings.Builder
				b.WriteString("<div class=\"note\"><p>")
				for _, p := range t.Pieces {
					b.WriteString(piece(p))
				}
				b.WriteString("</p></div>")
				return b.String()
			},
			Decode: func(s string) (string, error) { return html.UnescapeString(tags.ReplaceAllString(s, "")), nil }}
	}
	return []Dress{
		whole("plain", func(s string) string { return s }, same),
		whole("comment", func(s string) string { return "[2026-03-01 10:15] " + s }, cut("[2026-03-01 10:15] ", "")),
		whole("table", func(s string) string { return "4711\t" + s + "\topen\t2026-01-31\n" }, cut("4711\t", "\topen\t2026-01-31\n")),
		whole("Markdown", func(s string) string { return "| no | note |\n|---|---|\n| 12 | " + s + " |\n" }, cut("| no | note |\n|---|---|\n| 12 | ", " |\n")),
		whole("quoted", func(s string) string { return "»" + s + "«" }, cut("»", "«")),
		inHTML("HTML", func(p Piece) string { return html.EscapeString(p.Text) }),
		inHTML("HTML, entities", func(p Piece) string { return entities(p.Text) }),
		inHTML("HTML, tags in it", func(p Piece) string {
			if p.Mention == nil {
				return html.EscapeString(p.Text)
			}
			return tagged(p.Text)
		}),
		whole("JSON", func(s string) string { return quoteJSON(s) }, fromJSON),
		whole("JSON, escapes", func(s string) string { return escapes(quoteJSON(s)) }, fromJSON),
		whole("JSON in JSON", func(s string) string { return quoteJSON(quoteJSON(s)) }, func(s string) (string, error) {
			inner, err := fromJSON(s)
			if err != nil {
				return "", err
			}
			return fromJSON(inner)
		}),
		whole("URL", func(s string) string { return "/search?q=" + url.QueryEscape(s) + "&page=2" }, func(s string) (string, error) {
			u, err := url.Parse(s)
			if err != nil {
				return "", fmt.Errorf("parse URL: %d bytes", len(s))
			}
			return u.Query().Get("q"), nil
		}),
		whole("base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, func(s string) (string, error) {
			b, err := base64.StdEncoding.DecodeString(s)
			return string(b), err
		}),
	}
}

var tags = regexp.MustCompile(`</?[a-z][^>]*>`)

// cut decodes what stands between two strings.
func cut(before, after string) func(string) (string, error) {
	return func(s string) (string, error) {
		s, ok := strings.CutPrefix(s, before)
		s, ends := strings.CutSuffix(s, after)
		if !ok || !ends {
			return "", fmt.Errorf("what is around the text has changed")
		}
		return s, nil
	}
}

// entities writes every letter beyond ASCII as an entity.
func entities(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteString(html.EscapeString(string(r)))
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}

// tagged sets the first word in bold, and a part of the last one.
func tagged(s string) string {
	first, rest, ok := strings.Cut(s, " ")
	if !ok {
		return "<b>" + html.EscapeString(s) + "</b>"
	}
	return "<b>" + html.EscapeString(first) + "</b> <span style=\"color: red\">" + html.EscapeString(rest) + "</span>"
}

// document is what a text stands in as JSON.
type document struct {
	ID   int      `json:"id"`
	Note string   `json:"note"`
	Tags []string `json:"tags"`
}

func quoteJSON(s string) string {
	b, err := json.Marshal(document{4711, s, []string{"open", "hr"}})
	if err != nil {
		panic("a document of strings is always JSON")
	}
	return string(b)
}

func fromJSON(s string) (string, error) {
	var d document
	err := json.Unmarshal([]byte(s), &d)
	if err != nil {
		return "", fmt.Errorf("no JSON: %d bytes", len(s))
	}
	return d.Note, nil
}

// escapes writes what is no ASCII, and the at sign, as escapes of JSON.
func escapes(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80 && r != '@':
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
