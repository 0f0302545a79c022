package anonymize

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

const objectRules = header + `blob:
  "avatars/{users.id}.*": avatar
  "docs/**": placeholder
  "logos/**": {$body: keep, $metadata: {Author: person.name, "x.y": keep, "*": text}}
  "tmp/**": drop
  "notes/**": {$body: text, $name: text}
  "data/**": {json: {name: name}}
`

// body reads the body that a rule makes.
func body(t *testing.T, a *Anonymizer, raw Object, content []byte) ([]byte, CleanBody, CleanObject) {
	t.Helper()
	out, err := a.Object(a.plan.Objects("blob"), raw)
	if err != nil {
		t.Fatalf("object: %v", err)
	}
	raw.Size = int64(len(content))
	b, err := a.Body(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil })
	if err != nil {
		t.Fatalf("body: %v", err)
	}
	got, err := io.ReadAll(&b)
	if err != nil || out.Fate != Keep && int64(len(got)) != b.Size() {
		t.Fatalf("%d bytes read, size %d, %v", len(got), b.Size(), err)
	}
	return got, b, out
}

// bodyError returns why a body cannot be made.
func bodyError(t *testing.T, a *Anonymizer, raw Object, content string) error {
	t.Helper()
	if _, err := a.Object(a.plan.Objects("blob"), raw); err != nil {
		t.Fatalf("object: %v", err)
	}
	_, err := a.Body(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil })
	return err
}

func objectPlan(t *testing.T) *Plan {
	t.Helper()
	return compile(t, input(t, objectRules))
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestObjects(t *testing.T) {
	a := objectPlan(t).New()
	known, b, _ := body(t, a, Object{Name: "avatars/1.png", Type: "image/png; name=\"Rose Hill.png\""}, picture(t))
	if c, err := png.DecodeConfig(bytes.NewReader(known)); err != nil || c.Width != 40 || c.Height != 30 {
		t.Errorf("avatar %v, %v", c, err)
	}
	if b.Type() != "image/png" {
		t.Errorf("type %q", b.Type())
	}
	unknown, _, _ := body(t, a, Object{Name: "avatars/77.png"}, picture(t))
	other, _, _ := body(t, a, Object{Name: "avatars/78.png"}, picture(t))
	if bytes.Equal(known, unknown) || bytes.Equal(unknown, other) || bytes.Equal(unknown, picture(t)) {
		t.Error("avatars of different people are equal")
	}
	fake, _, _ := body(t, a, Object{Name: "avatars/1.jpg"}, []byte("Rose Hill is no picture"))
	noReal(t, fake)
	if out, _, o := body(t, a, Object{Name: "logos/x"}, []byte("as it is")); string(out) != "as it is" || o.Permit.Name() != "logos/x" || o.Fate != Keep {
		t.Errorf("kept %q", out)
	}
	o, err := a.Object(a.plan.Objects("blob"), Object{Name: "tmp/x"})
	if err != nil || o.Fate != Leave {
		t.Errorf("dropped %v, %v", o, err)
	}
	o, err = a.Object(a.plan.Objects("blob"), Object{Name: "Rose Hill/x"})
	if err != nil || o.Fate != Unknown || len(o.Name.Bytes()) > 0 {
		t.Errorf("unknown %v, %v", o, err)
	}
	if f := a.Findings(); len(f) != 1 || f[0].Group != "**" {
		t.Errorf("findings %v", f)
	}
}

func TestObjectNamesAndMetadata(t *testing.T) {
	p := objectPlan(t)
	a := p.New()
	rose := p.in.People.At(0)
	o, err := a.Object(p.Objects("blob"), Object{Name: "notes/Rose Hill.txt"})
	if err != nil || string(o.Name.Bytes()) != "notes/"+rose.Full()+".txt" {
		t.Errorf("name %q, %v", o.Name.Bytes(), err)
	}
	o, err = a.Object(p.Objects("blob"), Object{Name: "logos/a", Metadata: map[string]string{"author": "Rose Hill", "x.y": "Rose Hill", "Rose-Hill": "ask Rose Hill"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range o.Metadata {
		got[string(m.Key.Bytes())] = string(m.Value.Bytes())
	}
	if len(got) != 3 || got["author"] != rose.Full() || got["x.y"] != "Rose Hill" || got["Rose-Hill"] != "" {
		t.Errorf("metadata %q", got)
	}
	o, err = a.Object(p.Objects("blob"), Object{Name: "docs/a", Metadata: map[string]string{"Secret": "Rose Hill"}})
	if err != nil || len(o.Metadata) != 0 {
		t.Errorf("metadata without a rule: %v, %v", o.Metadata, err)
	}
	if f := a.Findings(); len(f) != 1 || f[0].Path != "$metadata:secret" {
		t.Errorf("findings %v", f)
	}
}

// Bodies in other encodings are rewritten too; what is no text is replaced.
func TestTextBodies(t *testing.T) {
	p := objectPlan(t)
	a := p.New()
	rose, jorg := p.in.People.At(0), p.in.People.At(1)
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune("ask Rose Hill")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	out, _, _ := body(t, a, Object{Name: "notes/utf16.txt"}, wide)
	var units []uint16
	for i := 2; i+1 < len(out); i += 2 {
		units = append(units, uint16(out[i])|uint16(out[i+1])<<8)
	}
	if got := string(utf16.Decode(units)); got != "ask "+rose.Full() || !bytes.HasPrefix(out, wide[:2]) {
		t.Errorf("utf-16: %q", got)
	}
	if out, _, _ = body(t, a, Object{Name: "notes/latin.txt"}, []byte("f\xfcr J\xf6rg M\xf6ller")); !bytes.HasPrefix(out, []byte("f\xfcr "+jorg.Given[:1])) {
		t.Errorf("latin-1: %q", out)
	}
	if out, _, _ = body(t, a, Object{Name: "data/x.json"}, []byte("\xEF\xBB\xBF{\"name\":\"Rose Hill\"}")); string(out) != "\xEF\xBB\xBF{\"name\":\""+rose.Full()+"\"}" {
		t.Errorf("byte order mark: %q", out)
	}
	if out, _, _ = body(t, a, Object{Name: "notes/x.pdf"}, []byte("%PDF-1.7\nan ordinary word\x00\x01")); !bytes.HasPrefix(out, []byte("%PDF")) || bytes.Contains(out, []byte("ordinary")) {
		t.Errorf("pdf: %q", out)
	}
	if out, _, _ = body(t, a, Object{Name: "notes/x.bin"}, []byte("\x00\x01\x02 ordinary")); bytes.Contains(out, []byte("ordinary")) {
		t.Errorf("binary: %q", out)
	}
	if out, _, _ = body(t, a, Object{Name: "notes/empty"}, nil); len(out) != 0 {
		t.Errorf("empty: %q", out)
	}
}

// endless never ends, whatever its listing said.
type endless struct{ closed bool }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}
func (e *endless) Close() error { e.closed = true; return nil }

func TestBodiesTooLargeOrBroken(t *testing.T) {
	a := objectPlan(t).New()
	for _, size := range []int64{10, maxText + 1} {
		if _, err := a.Object(a.plan.Objects("blob"), Object{Name: "notes/x", Size: size}); err != nil {
			t.Fatal(err)
		}
		e := &endless{}
		if b, err := a.Body(func() (io.ReadCloser, error) { return e, nil }); err != nil || !b.Left() || !e.closed {
			t.Errorf("size %d: left %v, %v, closed %v", size, b.Left(), err, e.closed)
		}
		recorded(t, a, Misfit{Store: "blob", Group: "notes/**", Verb: "text", Why: errLarge.Error()})
	}
	gone := errors.New("gone")
	if _, err := a.Body(func() (io.ReadCloser, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
}
