package blob

import (
	"compress/gzip"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	azblob "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// TestPictures: a portrait becomes one of the same format and size, and what
// cameras write into the file is gone.
func TestPictures(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.src.write(thing{name: "avatars/a.png", typ: "image/png", body: pngWith(t, 300, 200, "GPS 47.3769 8.5417")},
			thing{name: "avatars/b.jpg", typ: "image/jpeg", body: jpegWith(t, 128, 96, "GPS 47.3769 8.5417")},
			thing{name: "documents/c.pdf", typ: "application/pdf", body: "%PDF-1.7 salary"}, thing{name: "documents/d.csv", typ: "text/csv", body: "salary,1\n"})
		p.must(rulesOf(`"avatars/**": avatar`, `"documents/**": placeholder`))
		for name, want := range map[string]string{"avatars/a.png": "png 300 200", "avatars/b.jpg": "jpeg 128 96"} {
			o, body := p.twin.read(name)
			format, width, height := sizeOf(t, body)
			if got := fmt.Sprint(format, " ", width, " ", height); got != want || o.Type != "image/"+format {
				t.Errorf("%s: got %s of type %s, want %s", name, got, o.Type, want)
			}
			if strings.Contains(body, "GPS") {
				t.Errorf("%s still says where it was taken", name)
			}
		}
		if o, body := p.twin.read("documents/c.pdf"); !strings.HasPrefix(body, "%PDF-") || strings.Contains(body, "salary") || o.Type != "application/pdf" {
			t.Errorf("the PDF became %d bytes of type %s", len(body), o.Type)
		}
		if _, body := p.twin.read("documents/d.csv"); strings.Contains(body, "salary") || !strings.Contains(body, "removed") {
			t.Errorf("the CSV became %d bytes", len(body))
		}
	})
}

// TestUnchangedIsSkipped: a second run carries only what is new, changed at
// the source, or touched at the destination, whatever the times say.
func TestUnchangedIsSkipped(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		rules := rulesOf(`"avatars/*": avatar`, `"documents/*": {$body: placeholder, $name: digits, $metadata: {"*": keep}}`, `"exports/*": {json: {"**": keep}}`, keepAll)
		p.src.write(thing{name: "avatars/1.png", typ: "image/png", body: pngWith(t, 8, 8, "x")}, thing{name: "documents/contract-12345.pdf", typ: "application/pdf", body: "%PDF-1"},
			thing{name: "exports/e.json", typ: "application/json", body: `{"a":1}`}, thing{name: "k/one.bin", typ: "x/y", body: "one", meta: map[string]string{"a": "1"}}, thing{name: "k/two.bin", typ: "x/y", body: "two"})
		if tally := p.must(rules); tally.Records != 5 || tally.Skipped != 0 || tally.Groups["objects"] != 5 {
			t.Fatalf("first run: %+v", tally)
		}
		first := p.twin.dump()
		// Rewritten text depends on who is known, so it is made anew.
		if tally := p.must(rules); tally.Records != 1 || tally.Skipped != 4 || tally.Groups["objects"] != 5 {
			t.Fatalf("second run: %+v", tally)
		}
		if diff := cmp.Diff(first, p.twin.dump()); diff != "" {
			t.Fatalf("the second run changed the twin:\n%s", diff)
		}
		p.src.write(thing{name: "k/one.bin", typ: "x/y", body: "one", meta: map[string]string{"a": "2"}}) // its metadata alone
		p.twin.write(thing{name: "k/two.bin", typ: "x/y", body: "not two"})                               // newer than the source's
		if tally := p.must(rules); tally.Records != 3 || tally.Skipped != 2 {
			t.Fatalf("third run: %+v", tally)
		}
		if o, body := p.twin.read("k/one.bin"); o.Meta["a"] != "2" || body != "one" {
			t.Errorf("changed metadata: %q", o.Meta["a"])
		}
		if _, body := p.twin.read("k/two.bin"); body != "two" {
			t.Errorf("what was edited in the twin stayed: %q", body)
		}
		// Other rules are another copy.
		if tally := p.must(strings.Replace(rules, "blob:\n", "blob:\n  \"zz/*\": drop\n", 1)); tally.Skipped != 0 || tally.Records != 5 {
			t.Errorf("under other rules: %+v", tally)
		}
	})
}

// TestExtraneous: what the source does not have goes at the switch, not
// before, and a renamed object is not taken for such.
func TestExtraneous(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		p.confirm = "staging/acme"
		rules := rulesOf(`"documents/*": {$body: placeholder, $name: digits}`, `"old/*": drop`, `"**": keep`)
		p.src.write(thing{name: "documents/contract-12345.pdf", typ: "application/pdf", body: "%PDF-1"}, thing{name: "k/one.bin", body: "one"}, thing{name: "old/gone.txt", body: "x"})
		p.twin.create().write(thing{name: "a/before.txt", body: "x"}, thing{name: "documents/contract-12345.pdf", body: "raw"}, thing{name: "z/after.txt", body: "x"}, thing{name: "old/gone.txt", body: "x"})
		extra := []string{"a/before.txt", "documents/contract-12345.pdf", "old/gone.txt", "z/after.txt"}
		p.hook = func(context.Context) error {
			for _, name := range extra {
				if !slices.Contains(p.twin.names(false), name) {
					t.Errorf("%s went before the switch", name)
				}
			}
			p.twin.write(thing{name: "late/by-the-app.txt", body: "the old twin still works"})
			return nil
		}
		p.must(rules)
		live := p.twin.names(false)
		if len(live) != 2 || live[1] != "k/one.bin" || !strings.HasPrefix(live[0], "documents/contract-") || live[0] == extra[1] {
			t.Fatalf("live after the switch: %q", live)
		}
		p.hook = nil
		if tally := p.must(rules); tally.Skipped != 2 {
			t.Errorf("second run: %+v", tally)
		}
		if diff := cmp.Diff(live, p.twin.names(false)); diff != "" {
			t.Errorf("the second run changed the twin:\n%s", diff)
		}
		if left := p.twin.left(); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// TestClash: two objects that get one name end the run.
func TestClash(t *testing.T) {
	p := newPair(t, "s3")
	p.src.write(thing{name: "k/one.bin", body: "1"})
	st, a := p.staged(rulesOf(`"**": keep`))
	copyBy(t, st, a)
	st.spares.chunk("another", []uint64{st.spares.hash("k/one.bin")})
	wantCode(t, st.Seal(t.Context()), report.Incompatible)
}

// TestSizes: no byte, exactly one part, one more and one less, several parts.
func TestSizes(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		p := newPair(t, protocol)
		for _, size := range []int{0, 1, partBytes - 1, partBytes, partBytes + 1, 2*partBytes + 7} {
			p.src.write(thing{name: fmt.Sprintf("k/%d.bin", size), typ: "x/y", body: repeat("0123456789abcdef", size)})
		}
		st, a := p.staged(rulesOf(`"**": keep`))
		st.noPull.Store(true) // every body passes through us
		copyBy(t, st, a)
		if diff := cmp.Diff(p.src.names(false), p.twin.names(false)); diff != "" {
			t.Fatal(diff)
		}
		for _, name := range p.src.names(false) {
			_, want := p.src.read(name)
			o, got := p.twin.read(name)
			if got != want {
				t.Errorf("%s: got %d bytes, want %d", name, len(got), len(want))
			}
			if o.Encoding != "" || o.Type != "x/y" {
				t.Errorf("%s: encoding %q, type %q", name, o.Encoding, o.Type)
			}
		}
	})
}

// copyBy runs all chunks and seals.
func copyBy(t *testing.T, st *staged, a *anonymize.Anonymizer) report.Tally {
	t.Helper()
	var sum report.Tally
	for c, err := range st.Chunks(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		tally, err := c.Copy(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(tally)
	}
	if err := st.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestOnTheServer: kept bodies do not pass through us where the server can
// fetch them, and do where a rule touches what the server would carry along.
func TestOnTheServer(t *testing.T) {
	p := newPair(t, "azure")
	p.src.write(thing{name: "k/one.bin", typ: "x/y", body: "one", meta: map[string]string{"a": "1"}}, thing{name: "k/two.bin", typ: "x/y", body: "two", meta: map[string]string{"content-disposition": "attachment; filename=1234567.bin"}})
	st, a := p.staged(rulesOf(`"**": {$body: keep, $metadata: {content-disposition: digits, "*": keep}}`))
	seen := p.listen()
	copyBy(t, st, a)
	if got, want := seen.bodies(), []string{"k/two.bin"}; !slices.Equal(got, want) {
		t.Errorf("bodies that passed through us: %q, want %q", got, want)
	}
	for _, name := range p.twin.names(false) {
		props, err := p.twin.c.(*azure).client.NewBlobClient(name).GetProperties(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		// The emulator shows the link it copied from; it must open nothing else.
		if link, err := url.Parse(deref(props.CopySource)); err != nil || link.Query().Has("sig") && (link.Query().Get("sr") != "b" || link.Query().Get("sp") != "r") {
			t.Errorf("%s shows a permission for more than reading that object", name)
		}
	}
	if o, body := p.twin.read("k/two.bin"); body != "two" || strings.Contains(o.Meta["content-disposition"], "1234567") {
		t.Errorf("a rule on a header was passed by: %q", o.Meta["content-disposition"])
	}
}

// TestExpired: a read permission that has expired is signed anew, and the
// server goes on fetching.
func TestExpired(t *testing.T) {
	p := newPair(t, "azure")
	p.src.write(thing{name: "k/one.bin", typ: "x/y", body: "one"})
	st, a := p.staged(rulesOf(`"**": keep`))
	st.src.(*azure).until = time.Now().Add(-time.Hour)
	seen := p.listen()
	copyBy(t, st, a)
	if st.noPull.Load() || len(seen.bodies()) > 0 {
		t.Error("the body passed through us")
	}
	if _, body := p.twin.read("k/one.bin"); body != "one" {
		t.Errorf("got %q", body)
	}
}

// TestOneEndpoint: two buckets on one S3 server are two places, and the server
// copies between them.
func TestOneEndpoint(t *testing.T) {
	p := newPair(t, "s3")
	p.twin = bucketOn(t, "s3", "PROD", "twin-"+p.id)
	p.src.write(thing{name: "k/one two+%.bin", typ: "x/y", body: "one", meta: map[string]string{"a": "1", "cache-control": "no-store"}})
	st, a := p.staged(rulesOf(keepAll))
	copyBy(t, st, a)
	if st.noPull.Load() {
		t.Error("the server did not copy")
	}
	if diff := cmp.Diff(p.src.dump(), p.twin.dump()); diff != "" {
		t.Error(diff)
	}
}

// TestChangedMeanwhile: an object written anew after it was listed is copied
// as it is now; one that is gone is counted.
func TestChangedMeanwhile(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		for _, rule := range []string{"keep", "placeholder"} {
			p := newPair(t, protocol)
			p.confirm = "staging/acme"
			p.src.write(thing{name: "k/changed.csv", typ: "text/csv", body: "old"}, thing{name: "k/gone.csv", typ: "text/csv", body: "old"})
			p.twin.create().write(thing{name: "k/gone.csv", typ: "text/csv", body: "older"})
			st, a := p.staged(rulesOf(`"**": {$body: ` + rule + `, $metadata: {"*": keep}}`))
			var sum report.Tally
			for c, err := range st.Chunks(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				p.src.write(thing{name: "k/changed.csv", typ: "text/plain", body: "new and longer", meta: map[string]string{"a": "1"}})
				p.src.mustRemove("k/gone.csv")
				if sum, err = c.Copy(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
			if sum.Records != 1 || sum.Missing != 1 || sum.Groups["objects"] != 1 {
				t.Errorf("%s: %+v", rule, sum)
			}
			o, body := p.twin.read("k/changed.csv")
			if o.Meta["a"] != "1" || (rule == "keep") != (body == "new and longer") {
				t.Errorf("%s: not as it is now: %d bytes", rule, len(body))
			}
			if err := st.Seal(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := st.Switch(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"k/changed.csv"}, p.twin.names(false)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// TestPacked: a body with a content encoding is unpacked before it is
// rewritten, and kept as it is by keep.
func TestPacked(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		var packed strings.Builder
		z := gzip.NewWriter(&packed)
		fmt.Fprintf(z, `{"people":[{"name":%q}]}`, secretName)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		p := newPair(t, protocol)
		p.src.write(thing{name: "e/a.json", typ: "application/json", encoding: "gzip", body: packed.String()}, thing{name: "k/b.json", typ: "application/json", encoding: "gzip", body: packed.String()})
		p.must(rulesOf(`"e/*": {json: {"people[].name": name, "**": keep}}`, `"k/*": keep`))
		if o, body := p.twin.read("e/a.json"); o.Encoding != "" || !strings.HasPrefix(body, `{"people":[{"name":"`) || strings.Contains(body, secretName) {
			t.Errorf("rewritten: encoding %q, %d bytes", o.Encoding, len(body))
		}
		if o, body := p.twin.read("k/b.json"); o.Encoding != "gzip" || body != packed.String() {
			t.Errorf("kept: encoding %q, %d bytes", o.Encoding, len(body))
		}
		p.src.write(thing{name: "e/c.json", typ: "application/json", encoding: "br", body: "x"})
		_, _, err := p.run(rulesOf(`"e/*": {json: {"people[].name": name, "**": keep}}`, `"k/*": keep`))
		wantCode(t, err, report.Privacy)
		if !strings.Contains(fmt.Sprint(err), "blob e/*: 1 value that json cannot read (packed in a way that is not read") {
			t.Errorf("error: %v", err)
		}
	})
}

// TestMisfits: bodies that their rule cannot read are all named before the run
// ends, or become what else says, and are in the report.
func TestMisfits(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		var bomb strings.Builder
		z := gzip.NewWriter(&bomb)
		for range 70 {
			fmt.Fprint(z, repeat("a", 1<<20))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		dtd := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY n "Waltraud">]><a>&n; Secretperson</a>`
		p := newPair(t, protocol)
		p.src.write(
			thing{name: "j/broken.json", body: `{"name":"` + secretName}, thing{name: "j/brotli.json", encoding: "br", body: "x" + secretName}, thing{name: "j/good.json", body: `{"name":"` + secretName + `"}`},
			thing{name: "x/dtd.xml", body: dtd}, thing{name: "t/dtd.xml", body: dtd}, thing{name: "t/bomb.txt", encoding: "gzip", body: bomb.String()})
		_, m, err := p.run(rulesOf(`"j/*": {json: {name: name}}`, `"x/*": {scan: , else: drop}`, `"t/*": text`))
		wantCode(t, err, report.Privacy)
		for _, want := range []string{"3 values cannot be read by their rules", "blob t/*: 1 value that text cannot read (larger than a rule reads)", "blob j/*: 1 value that json cannot read (value does not have the form", "blob j/*: 1 value that json cannot read (packed in a way"} {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("the error does not say %q: %v", want, err)
			}
		}
		if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, "x/*: 1 value that scan cannot read (the document breaks its format) became what else: drop says") || !strings.Contains(notes, "t/*: 1 bodies or attachments") {
			t.Errorf("notes: %q", notes)
		}
		p.must(rulesOf(`"j/*": {json: {name: name}, else: placeholder}`, `"x/*": {scan: , else: drop}`, `"t/*": {text: , else: placeholder}`))
		for _, name := range []string{"j/broken.json", "j/brotli.json", "j/good.json", "t/dtd.xml", "t/bomb.txt"} {
			if _, body := p.twin.read(name); body == "" || strings.Contains(body, "Secretperson") {
				t.Errorf("%s has %d bytes, or the name", name, len(body))
			}
		}
		if slices.Contains(p.twin.names(false), "x/dtd.xml") {
			t.Error("a body that else drops was written")
		}
	})
}

// TestLeaks: a person in a name, a header, metadata or a body ends the run
// before the object is written.
func TestLeaks(t *testing.T) {
	const leak = "jane.miller@corp-customer.org"
	for name, x := range map[string]thing{
		"name":        {name: "k/" + leak + ".bin", body: "x"},
		"metadata":    {name: "k/x.bin", body: "x", meta: map[string]string{"owner": leak}},
		"coded":       {name: "k/x.bin", body: "x", meta: map[string]string{"owner": "J%C3%A9%20" + strings.ReplaceAll(leak, "@", "%40")}},
		"disposition": {name: "k/x.bin", body: "x", meta: map[string]string{"content-disposition": "attachment; filename*=UTF-8''" + strings.ReplaceAll(leak, "@", "%40")}},
		"type":        {name: "k/x.bin", body: "x", typ: "text/plain; by=\"" + leak + "\""},
		"kept body":   {name: "k/x.csv", body: "a,b\n" + leak + ",1\n"},
		"large body":  {name: "e/x.json", body: `{"a":"` + repeat("word ", partBytes) + leak + repeat(" word", partBytes) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			eachProtocol(t, func(t *testing.T, protocol string) {
				p := newPair(t, protocol)
				p.src.write(x)
				_, m, err := p.run(rulesOf(`"e/*": {json: {"**": keep}}`, keepAll))
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

// TestSpecial: what cannot be copied ends the run with a hint, and is no
// trouble when a rule drops it.
func TestSpecial(t *testing.T) {
	p := newPair(t, "azure")
	client := p.src.c.(*azure).client
	if _, err := client.NewAppendBlobClient("logs/a.log").Create(t.Context(), &appendblob.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	p.src.write(thing{name: "k/x.bin", body: "x"})
	_, m, err := p.run(rulesOf(`"**": keep`))
	wantCode(t, err, report.Incompatible)
	if !strings.Contains(strings.Join(m.Stores[0].Notes, "\n"), "1 objects of type AppendBlob") {
		t.Errorf("notes: %q", m.Stores[0].Notes)
	}
	if _, err := client.NewBlobClient("k/x.bin").SetTier(t.Context(), azblob.AccessTierArchive, nil); err != nil {
		t.Fatal(err)
	}
	_, m, err = p.run(rulesOf(`"logs/**": drop`, `"**": keep`))
	wantCode(t, err, report.Incompatible)
	if !strings.Contains(strings.Join(m.Stores[0].Notes, "\n"), "1 archived objects") || !strings.Contains(err.Error(), "archived") {
		t.Errorf("notes: %q, error: %v", m.Stores[0].Notes, err)
	}
	if tally := p.must(rulesOf(`"logs/**": drop`, `"k/**": drop`)); tally.Dropped != 2 || tally.Records != 0 {
		t.Errorf("dropped: %+v", tally)
	}
}
