package blob

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestLaws runs the laws of every adapter, on both protocols.
func TestLaws(t *testing.T) {
	eachProtocol(t, func(t *testing.T, protocol string) {
		copytest.Laws(t, func(t *testing.T) *copytest.Fixture { return fixture(t, protocol) })
	})
}

// The values that mask rewrites.
const (
	secretName   = "Waltraud Secretperson"
	secretNumber = "77314485521"
)

const keepRules = `version: 1
names: v1
people: none
blob:
  "avatars/*": {$body: keep, $metadata: {"*": keep}}
  "documents/**": {$body: keep, $metadata: {"*": keep}}
  "exports/*": keep
  "logos/**": {$body: keep, $metadata: {"*": keep}}
  "notes/*": keep
`

const maskRules = `version: 1
names: v1
people: none
blob:
  "avatars/*": {$body: avatar, $metadata: {owner: name, "*": keep}}
  "documents/**": {$body: placeholder, $name: digits, $metadata: {content-disposition: digits, "*": drop}}
  "exports/*": {json: {"people[].name": name, "**": keep}}
  "logos/**": {$body: keep, $metadata: {"*": keep}}
  "notes/*": drop
`

// oddNames are names that URLs and servers treat with care. A server that
// keeps objects as files cannot tell some of them apart.
func oddNames(protocol string) []string {
	names := []string{"logos/100%25.svg", "logos/a+b.svg", "logos/é ü.svg", "logos/with space.svg", "logos/q?x=1&y#z.svg", "logos/deep/er/x.svg", "logos/folder/", "logos/" + strings.Repeat("n", 200) + ".svg", "logos/\U0001F600.svg", "logos/ﬀ.svg"}
	if protocol == "azure" {
		names = append(names, "logos//double.svg", "/logos/lead.svg", "logos/dot.")
	}
	return names
}

// fill writes a small tenant.
func fill(t *testing.T, b *bucket, protocol string) {
	t.Helper()
	b.write(
		thing{name: "avatars/1.png", typ: "image/png", body: pngWith(t, 40, 30, secretName), meta: map[string]string{"owner": secretName, "cache-control": "max-age=60"}},
		thing{name: "avatars/2.jpg", typ: "image/jpeg", body: jpegWith(t, 64, 48, secretName)},
		thing{name: "avatars/3.jpg", typ: "image/jpeg", body: "no picture of " + secretName},
		thing{name: "documents/2024/contract-" + secretNumber + ".pdf", typ: "application/pdf", body: "%PDF-1.4 " + secretName,
			meta: map[string]string{"content-disposition": `attachment; filename="contract-` + secretNumber + `.pdf"`, "uploadedby": secretName}},
		thing{name: "documents/list.csv", typ: "text/csv", body: "name,number\n" + secretName + "," + secretNumber + "\n"},
		thing{name: "exports/people.json", typ: "application/json", body: `{"people":[{"name":"` + secretName + `"}],"at":"2024"}`},
		thing{name: "notes/readme.txt", typ: "text/plain; charset=utf-8", body: "nothing to see\n"},
		thing{name: "notes/empty.txt", typ: "text/plain", body: ""},
	)
	for _, name := range oddNames(protocol) {
		x := thing{name: name, typ: "image/svg+xml", body: "<svg/>", meta: map[string]string{"content-language": "en"}}
		if strings.HasSuffix(name, "/") {
			x.body = ""
		}
		b.write(x)
	}
}

func fixture(t *testing.T, protocol string) *copytest.Fixture {
	t.Helper()
	id := random()
	prod := bucketOn(t, protocol, "PROD", "acme-"+id).create()
	twin := bucketOn(t, protocol, "STAGING", "twin-"+id)
	neighbour := bucketOn(t, protocol, "STAGING", "twin-"+id+"2").create()
	fill(t, prod, protocol)
	neighbour.write(thing{name: "avatars/1.png", typ: "image/png", body: "not ours"}, thing{name: "more.txt", body: "not ours"})
	sides := map[copytest.Side]*bucket{copytest.OfSource: prod, copytest.OfDestination: twin}
	keep, mask := keepRules, maskRules
	if protocol == "azure" {
		keep, mask = keep+"  \"/logos/*\": {$body: keep, $metadata: {\"*\": keep}}\n", mask+"  \"/logos/*\": {$body: keep, $metadata: {\"*\": keep}}\n"
	}
	return &copytest.Fixture{
		Source:      tenant.Source{Ref: tenant.Ref{Env: "prod", Name: "acme-" + id}, Origin: "acme", Store: prod.store},
		Destination: twin.store,
		Open:        Open, Probe: Probe, Site: Site,
		KeepRules: keep, Uncovered: strings.Replace(keep, "  \"notes/*\": keep\n", "", 1), MaskRules: mask,
		Secrets:   []string{secretName, secretNumber},
		Dump:      func(t *testing.T, s copytest.Side) map[string]string { return sides[s].dump() },
		Neighbour: func(t *testing.T) map[string]string { return neighbour.dump() },
		Leftovers: func(t *testing.T) []string { return twin.left() },
		PlantLeak: func(t *testing.T) (string, string) {
			prod.write(thing{name: "notes/readme.txt", typ: "text/plain", body: "please ask jane.miller@corp-customer.org\n"})
			return "jane.miller@corp-customer.org", `the body of an object of "notes/*"`
		},
		Unplant: func(t *testing.T, _ string) error {
			for _, name := range twin.left() {
				if strings.HasPrefix(name, controlPrefix) {
					twin.mustRemove(name)
				}
			}
			return nil
		},
		Break: func(t *testing.T) {
			prod.write(thing{name: "exports/people.json", typ: "application/json", body: `{"people":[{"name":"` + secretName + `"`})
		},
		Write: writes,
	}
}

// writes tries to write to the source in every way that the client knows.
func writes(ctx context.Context, r clone.Reader) []error {
	c, ok := r.(*reader).c.(twoWay)
	if !ok {
		return nil
	}
	_, note := c.note(ctx, ownName("x"), []byte("x"), condition{})
	errs := []error{
		note, c.remove(ctx, "notes/readme.txt"), c.mark(ctx, "x"),
		c.put(ctx, &outgoing{}, &body{whole: true, first: []byte("x")}),
		c.put(ctx, &outgoing{}, &body{first: []byte("x"), rest: strings.NewReader("y"), size: -1}),
		c.pull(ctx, &outgoing{}, link{}),
	}
	switch c := c.(type) {
	case *azure:
		_, create := c.client.Create(ctx, nil)
		_, remove := c.client.Delete(ctx, nil)
		_, tags := c.client.NewBlobClient("notes/readme.txt").SetTags(ctx, map[string]string{"a": "b"}, nil)
		return append(errs, create, remove, tags)
	case *s3:
		return append(errs, c.client.RemoveBucket(ctx, c.at.container), c.client.SetBucketPolicy(ctx, c.at.container, "{}"))
	}
	return append(errs, errors.New("a client of another kind"))
}
