package blob

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// utf16Of writes a text as UTF-16.
func utf16Of(order binary.AppendByteOrder, text string) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// noise is what a drawn or packed body looks like.
func noise(size int) string {
	var out []byte
	for i := range size {
		out = append(out, byte(i*i>>3^i*7))
	}
	return "\x89PNG\x00\x00\x00\x0d" + string(out)
}

// keptText are bodies that name somebody where no name and no content type
// says that they are text.
func keptText(leak string) map[string]thing {
	lines := repeat("1,2,three,four\n", 1<<20+7)
	return map[string]thing{
		"octet-stream":   {name: "k/people.dat", typ: "application/octet-stream", body: "a\n" + leak + "\n"},
		"no extension":   {name: "k/people", typ: "application/octet-stream", body: "a\n" + leak + "\n"},
		"a picture's":    {name: "k/people.png", typ: "image/png", body: leak},
		"script":         {name: "k/a.js", typ: "text/javascript", body: `x("` + leak + `")`},
		"over 1 MB":      {name: "k/a.csv", typ: "text/csv", body: lines + leak + "\n" + lines},
		"several parts":  {name: "k/b.dat", body: repeat("word ", partBytes-9) + leak + repeat(" word", partBytes)},
		"at the end":     {name: "k/c.dat", body: lines + leak},
		"UTF-16":         {name: "k/d.dat", body: "\xff\xfe" + utf16Of(binary.LittleEndian, "имя\n"+leak+"\n")},
		"UTF-16, large":  {name: "k/e.dat", body: utf16Of(binary.BigEndian, repeat("word ", windowBytes)+leak+repeat(" word", windowBytes))},
		"another header": {name: "k/f.dat", body: leak, meta: map[string]string{"cache-control": "no-store"}},
	}
}

// TestKeptText: whatever a kept body is called, if it is text and names
// somebody, it is not written.
func TestKeptText(t *testing.T) {
	const leak = "jane.miller@corp-customer.org"
	for name, x := range keptText(leak) {
		t.Run(name, func(t *testing.T) {
			eachProtocol(t, func(t *testing.T, protocol string) {
				p := newPair(t, protocol)
				p.src.write(x)
				_, m, err := p.run(rulesOf(keepAll))
				wantCode(t, err, report.Privacy)
				if text := err.Error() + fmt.Sprint(m); strings.Contains(text, "jane") {
					t.Error("the leak itself was printed")
				}
				if names := p.twin.names(false); len(names) > 0 {
					t.Errorf("%d objects were written", len(names))
				}
			})
		})
	}
}

// TestKeptCopied: text without people is copied as it is, of any size; what is
// no text is fetched by the server and counted as not looked into.
func TestKeptCopied(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		if protocol == "s3" { // two servers do not reach each other
			p.twin = bucketOn(t, "s3", "PROD", "twin-"+p.id)
		}
		p.src.write(thing{name: "k/a.dat", body: repeat("word ", 2<<20)}, thing{name: "k/b.csv", typ: "text/csv", body: "a,b\n"}, thing{name: "k/empty"},
			thing{name: "k/c.png", typ: "image/png", body: noise(1 << 20)}, thing{name: "k/d.txt", typ: "text/plain", body: noise(100)},
			thing{name: "k/e.pdf", typ: "application/pdf", body: "%PDF-1.7 jane.miller@corp-customer.org"})
		st, a := p.staged(rulesOf(keepAll))
		st.Inspect(wantedNobody(t))
		var sent []string
		seen := &fault{next: p.door.next, left: 99, which: func(r *http.Request) bool {
			return r.Method == http.MethodGet && r.URL.RawQuery == "" && !ofRange(r)
		}, spoil: func(resp *http.Response) *http.Response {
			_, name, _ := strings.Cut(resp.Request.URL.Path, "/k/")
			sent = append(sent, name)
			return resp
		}}
		p.door.next = seen
		copyBy(t, st, a)
		if st.noPull.Load() || slices.Contains(sent, "c.png") {
			t.Errorf("read as a whole: %q; the server was not asked for the picture", sent)
		}
		if diff := cmp.Diff(p.src.dump(), p.twin.dump()); diff != "" {
			t.Error("the copy differs")
		}
		in := inspector(t)
		for part, err := range st.Parts(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if err := part.Scan(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		if got := st.Unread(); len(got) != 1 || !strings.HasPrefix(got[0], "3 kept bodies ") {
			t.Errorf("not looked into: %q", got)
		}
	})
}

// ofRange reports whether a request asks for a part of a body; Azure's client
// writes the header's name as it likes.
func ofRange(r *http.Request) bool {
	for key := range r.Header {
		if strings.EqualFold(key, "Range") || strings.EqualFold(key, "x-ms-range") {
			return true
		}
	}
	return false
}

// TestKeptProved: the proof reads kept text back, whatever wrote it.
func TestKeptProved(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.src.write(thing{name: "k/a.dat", body: noise(100)})
		p.hook = func(context.Context) error {
			o, _ := p.twin.read("k/a.dat")
			p.twin.write(thing{name: "k/a.dat", body: repeat("word ", 1<<20) + " jane.miller@corp-customer.org", meta: map[string]string{markKey: markOf(&o)}})
			return nil
		}
		_, _, err := p.run(rulesOf(keepAll))
		wantCode(t, err, report.Privacy)
	})
}

// TestIsText: bytes say what text is.
func TestIsText(t *testing.T) {
	russian := strings.Repeat("Имя и фамилия, ", 999)
	for _, x := range []struct {
		head string
		want bool
	}{
		{"", true}, {"a", true}, {"plain", true}, {russian, true}, {russian[:headBytes-1], true}, {"M\xfcller\n", true}, {`{\rtf1 x}`, true},
		{"\xff\xfe" + utf16Of(binary.LittleEndian, russian), true}, {"\xfe\xff" + utf16Of(binary.BigEndian, "王小明 and 😀"), true},
		{utf16Of(binary.LittleEndian, "name;city\r\n"), true}, {utf16Of(binary.BigEndian, russian), true},
		{"%PDF-1.7\nx", false}, {"ab\x00cd\x00", false}, {strings.Repeat("Jane\x00Miller\x00", 99), false}, {noise(9000), false}, {"\xff\xfe\x00\x00a\x00\x00\x00", false}, {strings.Repeat("\x00", 99), false},
		{"\x1f\x8b\x08\x00\x00\x00\x00\x00", false}, {"PK\x03\x04\x14\x00\x00\x00", false}, {strings.Repeat("\x01\x00\x02\x00", 99), false},
		{pngWith(t, 300, 200, "x"), false}, {jpegWith(t, 128, 96, "x"), false},
	} {
		if got := isText([]byte(x.head)); got != x.want {
			t.Errorf("%d bytes that begin with %.12q: %v", len(x.head), x.head, got)
		}
	}
}

// TestLooker: an address is found wherever the windows are cut, and one that
// is allowed is not mistaken for another because it was cut.
func TestLooker(t *testing.T) {
	plain := func(text string) string { return text }
	for _, at := range []int{0, 1, windowBytes - 30, windowBytes - 10, windowBytes - 1, windowBytes, 2*windowBytes - 12, 3 * windowBytes} {
		for _, step := range []int{1 << 20, windowBytes, 777} {
			for _, filler := range []string{"word ", "word|", "слово|"} {
				for name, as := range map[string]func(string) string{"UTF-8": plain, "UTF-16": func(text string) string { return utf16Of(binary.LittleEndian, text) }} {
					for address, clean := range map[string]bool{"jane@corp-customer.org": false, "jane.long.local.part@kept.example.org": true} {
						text := as(repeat(filler, at) + filler[len(filler)-1:] + address + filler[len(filler)-1:] + repeat(filler, 2*windowBytes))
						if got := looked(t, text, step); got != clean {
							t.Errorf("%s, %q at %d in steps of %d: clean is %v, want %v", name, filler, at, step, got, clean)
						}
					}
				}
			}
		}
	}
}

// TestLookerWithoutSeparators: where nothing separates anything, windows
// overlap nevertheless.
func TestLookerWithoutSeparators(t *testing.T) {
	for _, address := range []string{"jane@corp-customer.org", "IGphbmVAY29ycC1jdXN0b21lci5vcmcg"} { // base64 of the other
		for at := windowBytes - 48; at <= windowBytes+4; at += 4 {
			filler := "d29y" // base64 of three letters
			if strings.Contains(address, "@") {
				filler = "%20" // a blank
			}
			text := repeat(filler, at/len(filler)*len(filler)) + address + repeat(filler, 2*windowBytes)
			if looked(t, text, windowBytes) {
				t.Errorf("%.4s… at %d was not found", address, at)
			}
		}
	}
}

// TestLookerCharsets: what is not UTF-8 is read as Windows-1252.
func TestLookerCharsets(t *testing.T) {
	l := newLooker(wantedPeople(t, "Jörg Möller").NewInspector(), "g", "body")
	if l.add([]byte("name\nJ\xf6rg M\xf6ller\n"), true) {
		t.Error("a name in Latin-1 was not found")
	}
	l = newLooker(wantedPeople(t, "Jörg Möller").NewInspector(), "g", "body")
	if l.add([]byte(utf16Of(binary.BigEndian, "name\nJörg Möller\n")), true) {
		t.Error("a name in UTF-16 was not found")
	}
}

// looked passes a text through a looker in steps.
func looked(t *testing.T, text string, step int) bool {
	l := newLooker(inspector(t), "g", "body")
	for part := range slices.Chunk([]byte(text), step) {
		l.add(part, false)
	}
	return l.add(nil, true)
}

// FuzzLooker: in whatever steps a text comes, and however it is encoded, it is
// looked at in bounded memory.
func FuzzLooker(f *testing.F) {
	f.Add([]byte("a jane@corp-customer.org b"), uint16(3))
	f.Add([]byte("\xff\xfea\x00"), uint16(1))
	f.Add(bytes.Repeat([]byte{0, 'a'}, 99), uint16(7))
	wanted := wantedNobody(f)
	f.Fuzz(func(t *testing.T, text []byte, step uint16) {
		if !isText(text) {
			return
		}
		l := newLooker(wanted.NewInspector(), "g", "body")
		for part := range slices.Chunk(text, int(step)+1) {
			l.add(part, false)
			if len(l.buf) > 4*windowBytes {
				t.Fatalf("%d bytes are held", len(l.buf))
			}
		}
		l.add(nil, true)
	})
}
