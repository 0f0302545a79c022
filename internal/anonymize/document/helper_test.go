package document

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// known finds two people, in the way of the anonymiser: Rose Hill, who becomes
// Ada Quill, and Jörg Möller, who becomes Émile Brück.
type known struct {
	engine  *text.Engine
	dict    *text.Dictionary
	context []int32
	fields  [][]byte
}

var pseudonyms = [][2]string{{"Ada", "Quill"}, {"Émile", "Brück"}}

func newKnown() *known {
	b := text.NewBuilder(0)
	for id, name := range [][2]string{{"Rose", "Hill"}, {"Jörg", "Möller"}} {
		for _, form := range text.Forms(name[0], name[1], name[0]+" "+name[1]) {
			b.Add(form.Phrase, int32(id), form.Kind)
		}
	}
	d := b.Build()
	return &known{engine: text.NewEngine(d, nil), dict: d}
}

func (k *known) Name(dst []byte, m text.Match, original []byte) []byte {
	return text.Render(dst, m, original, pseudonyms[m.ID][0], pseudonyms[m.ID][1])
}
func (k *known) Email(dst, _ []byte) []byte { return append(dst, "ada@d-1.example.com"...) }
func (k *known) Phone(dst, _ []byte) []byte { return append(dst, "+999 1"...) }

func (k *known) Edits(s []byte, markup bool) []text.Edit {
	return k.engine.Edits(s, k, text.Options{HTML: markup, Context: k.context})
}

func (k *known) Number([]byte) []byte { return nil }

func (k *known) Pair(given, family []byte) ([]byte, []byte, bool) {
	m, ok := k.dict.Lookup([]byte(string(given) + " " + string(family)))
	if !ok || m.Kind != text.Full {
		return nil, nil, false
	}
	return []byte(pseudonyms[m.ID][0]), []byte(pseudonyms[m.ID][1]), true
}

func (k *known) About(fields ...[]byte) {
	k.context, k.fields = nil, fields
	for _, f := range fields {
		if m, ok := k.dict.Lookup(f); ok && m.Kind == text.Full {
			k.context = append(k.context, m.ID)
		}
	}
}

func (k *known) Day(day []byte) []byte {
	if bytes.ContainsAny(day, "0123456789") {
		return []byte("1999-09-09")
	}
	return nil
}

func (k *known) Portrait([]byte) []byte { return []byte("portrait") }

// rewrite passes a body that has to pass.
func rewrite(t *testing.T, kind media.Kind, body string) string {
	t.Helper()
	out, _, err := New(newKnown()).Rewrite(kind, []byte(body))
	if err != nil {
		t.Fatalf("rewrite %s: %v", kind, err)
	}
	return string(out)
}

// same holds a rewritten body against what it should be.
func same(t *testing.T, kind media.Kind, body, want string) {
	t.Helper()
	if got := rewrite(t, kind, body); got != want {
		t.Errorf("%s\n got %q\nwant %q", kind, got, want)
	}
}

// crlf spells a text with the line ends of mail.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
