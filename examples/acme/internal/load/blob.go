package load

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/files"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// uploads is how many objects are written at once.
const uploads = 12

// Blob writes the tenant's objects and removes all others from its container.
func Blob(ctx context.Context, s servers.Side, backend string, w *world.World) error {
	c, err := s.Container(backend, w.Tenant)
	if err != nil {
		return err
	}
	if err := c.Create(ctx); err != nil {
		return fmt.Errorf("create container: %w", err)
	}
	before, err := c.Names(ctx)
	if err != nil {
		return fmt.Errorf("list container: %w", err)
	}
	all, err := objects(w)
	if err != nil {
		return err
	}
	written := make(map[string]bool)
	noting := func(yield func(servers.Object, error) bool) {
		for o := range all {
			written[o.Name] = true
			if !yield(o, nil) {
				return
			}
		}
	}
	err = parallel.Each(ctx, uploads, noting, func(ctx context.Context, _ int, o servers.Object) error {
		return c.Put(ctx, o)
	})
	if err != nil {
		return fmt.Errorf("write object: %w", err)
	}
	before = slices.DeleteFunc(before, func(name string) bool { return written[name] })
	old := func(yield func(string, error) bool) {
		for _, name := range before {
			if !yield(name, nil) {
				return
			}
		}
	}
	return parallel.Each(ctx, uploads, old, func(ctx context.Context, _ int, name string) error { return c.Delete(ctx, name) })
}

// document is a user's file, which the documents table lists too.
type document struct {
	owner           *world.Person
	key, file, kind string
}

func documents(w *world.World) []document {
	var out []document
	for i := range w.Users {
		p := &w.Users[i]
		id := world.UserKey(p.ID)
		if p.ID%4 == 3 && (p.ID < 100 || p.ID%16 == 3) {
			out = append(out, document{p, "documents/" + id + "/cv.pdf", "CV " + p.Full + ".pdf", "application/pdf"})
		}
		if p.ID%10 == 7 && (p.ID < 100 || p.ID%40 == 7) {
			out = append(out, document{p, "documents/" + id + "/export.csv", "export.csv", "text/csv; charset=utf-8"})
		}
		if p.ID%100 == 27 || p.ID == 12 {
			out = append(out, document{p, "inbox/" + id + " CV " + p.Full + ".pdf", p.Full + ".pdf", "application/pdf"})
		}
	}
	return out
}

// objects yields everything that lies in the container.
func objects(w *world.World) (iter.Seq[servers.Object], error) {
	album, err := files.NewAlbum()
	if err != nil {
		return nil, err
	}
	logo, err := files.Logo()
	if err != nil {
		return nil, err
	}
	export, err := json.Marshal(exported(w))
	if err != nil {
		return nil, err
	}
	return func(yield func(servers.Object) bool) {
		_ = yield(servers.Object{Name: "logos/company.png", Type: "image/png", Body: logo}) &&
			yield(servers.Object{Name: "exports/people-2026-10.json", Type: "application/json", Body: export, Metadata: map[string]string{"kind": "export"}}) &&
			each(w.Users, func(p *world.Person) bool { return p.Picture == "" || yield(avatar(album, p)) }) &&
			each(documents(w), func(d *document) bool { return yield(d.object(w)) }) &&
			each(w.Candidates, func(p *world.Person) bool { return p.ID%2 == 0 || yield(candidateCV(p)) }) &&
			each(w.Offers, func(o *world.Offer) bool { return o.ID%3 != 0 || yield(letter(w, o)) })
	}, nil
}

// each calls fn for all elements until one says to stop.
func each[T any](all []T, fn func(*T) bool) bool {
	for i := range all {
		if !fn(&all[i]) {
			return false
		}
	}
	return true
}

func avatar(album *files.Album, p *world.Person) servers.Object {
	o := servers.Object{Name: avatarKey(p), Type: "image/png", Metadata: map[string]string{"uploaded_by": component(p.Full), "kind": "avatar"}}
	if p.Picture == "jpg" {
		o.Type, o.Body = "image/jpeg", album.JPEG(int(p.ID), p.Full)
	} else {
		o.Body = album.PNG(int(p.ID), p.Full)
	}
	return o
}

// component writes text as JavaScript's encodeURIComponent does: headers hold
// ASCII, and that is how the application's web client gets around it.
func component(s string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(url.QueryEscape(s))
}

func (d *document) object(w *world.World) servers.Object {
	o := servers.Object{Name: d.key, Type: d.kind, Metadata: map[string]string{"uploaded_by": component(d.owner.Full), "contact": d.owner.Email, "kind": "document"}}
	if d.kind == "application/pdf" {
		o.Disposition = mime.FormatMediaType("attachment", map[string]string{"filename": d.file})
		o.Body = cv(d.owner)
		return o
	}
	rows := [][]string{{"name", "email", "phone", "team", "remark"}}
	r := w.Rand(d.key)
	for range 12 {
		p := w.User(1 + r.Int64N(int64(len(w.Users))))
		rows = append(rows, []string{p.Full, p.Email, p.Phone, w.Teams[p.Team].Name, w.Fill("asked {s}; wants to stay", p, d.owner)})
	}
	o.Body = files.CSV(rows)
	return o
}

func cv(p *world.Person) []byte {
	return files.PDF("Curriculum vitae "+p.Full, p.Full, []string{p.Full, p.Title, p.Email, p.Phone, p.Address, "born " + p.Born.Format("2 January 2006")})
}

func candidateCV(p *world.Person) servers.Object {
	return servers.Object{Name: "candidates/" + world.UserKey(p.ID) + "/cv.pdf", Type: "application/pdf", Body: cv(p),
		Metadata: map[string]string{"uploaded_by": component(p.Full), "contact": p.Email, "kind": "document"}}
}

func letter(w *world.World, o *world.Offer) servers.Object {
	return servers.Object{Name: "letters/offer-" + world.UserKey(o.ID) + ".html", Type: "text/html; charset=utf-8", Body: []byte("<html><body>" + o.HTML + "</body></html>"),
		Metadata: map[string]string{"contact": w.User(o.Recruiter).Email, "kind": "letter"}}
}

// exported is a list of people as another system would fetch it.
func exported(w *world.World) map[string]any {
	var people []map[string]any
	for i := range min(len(w.Users), 200) {
		p := &w.Users[i]
		people = append(people, map[string]any{"id": p.ID, "name": p.Full, "email": p.Email, "phone": p.Phone, "team": w.Teams[p.Team].Code, "bio": p.Bio})
	}
	return map[string]any{"version": 3, "count": len(people), "people": people}
}
