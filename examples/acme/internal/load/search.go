package load

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

//go:embed indexes.json
var indexes []byte

// index is one index to make: its name behind the tenant's prefix, its body,
// and how its documents are written.
type index struct {
	name string
	docs func(w *world.World, add func(id, routing string, doc any) error) error
}

// IndexNames lists the tenant's indexes, as they are really called.
func IndexNames(tenant string) []string {
	var names []string
	for _, i := range allIndexes() {
		names = append(names, tenant+"-"+i.name)
	}
	return names
}

func allIndexes() []index {
	return []index{{"profiles-000001", profileDocs}, {"offers-v1", offerDocs}, {"messages", messageDocs}}
}

// Search deletes the tenant's indexes and makes them anew.
func Search(ctx context.Context, s servers.Side, w *world.World) error {
	c, err := s.Search()
	if err != nil {
		return err
	}
	if err := DeleteIndexes(ctx, c, IndexNames(w.Tenant)); err != nil {
		return err
	}
	var bodies map[string]json.RawMessage
	if err := json.Unmarshal(bytes.ReplaceAll(indexes, []byte("TENANT"), []byte(w.Tenant)), &bodies); err != nil {
		return err
	}
	for _, i := range allIndexes() {
		name := w.Tenant + "-" + i.name
		if err := c.Do(ctx, "PUT", "/"+name, []byte(bodies[i.name]), nil); err != nil {
			return err
		}
		b := &bulk{client: c, index: name}
		add := func(id, routing string, doc any) error { return b.add(ctx, record{id, routing, doc}) }
		if err := i.docs(w, add); err != nil {
			return err
		}
		if err := b.flush(ctx); err != nil {
			return err
		}
		if err := c.Do(ctx, "POST", "/"+name+"/_refresh", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// DeleteIndexes removes indexes by their names; missing ones are no error.
func DeleteIndexes(ctx context.Context, c *servers.SearchClient, names []string) error {
	err := c.Do(ctx, "DELETE", "/"+strings.Join(names, ",")+"?ignore_unavailable=true", nil, nil)
	if errors.Is(err, servers.ErrNoIndex) {
		return nil
	}
	return err
}

// record is one document and where it goes.
type record struct {
	id, routing string
	doc         any
}

// bulk gathers documents into requests of some megabytes.
type bulk struct {
	client *servers.SearchClient
	index  string
	body   bytes.Buffer
}

func (b *bulk) add(ctx context.Context, r record) error {
	head := map[string]string{"_id": r.id}
	if r.routing != "" {
		head["routing"] = r.routing
	}
	e := json.NewEncoder(&b.body) // ends each value with a newline
	e.SetEscapeHTML(false)
	if err := errors.Join(e.Encode(map[string]any{"index": head}), e.Encode(r.doc)); err != nil {
		return err
	}
	if b.body.Len() < 4<<20 {
		return nil
	}
	return b.flush(ctx)
}

func (b *bulk) flush(ctx context.Context) error {
	if b.body.Len() == 0 {
		return nil
	}
	var answer struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			Error struct {
				Type string `json:"type"`
			} `json:"error"`
		} `json:"items"`
	}
	err := b.client.Do(ctx, "POST", "/"+b.index+"/_bulk", b.body.Bytes(), &answer)
	b.body.Reset()
	if err != nil || !answer.Errors {
		return err
	}
	for _, item := range answer.Items {
		for _, result := range item {
			if result.Error.Type != "" {
				return fmt.Errorf("write documents of %s: %s", b.index, result.Error.Type)
			}
		}
	}
	return nil
}

func profileDocs(w *world.World, add func(id, routing string, doc any) error) error {
	r := w.Rand("search")
	for i := range w.Users {
		p := &w.Users[i]
		place := w.Locations[p.Place]
		var abilities []map[string]any
		for range 1 + r.IntN(3) {
			abilities = append(abilities, map[string]any{"name": w.Skills[r.IntN(len(w.Skills))], "level": 1 + r.IntN(5),
				"endorsed_by": w.User(1 + r.Int64N(int64(len(w.Users)))).Full})
		}
		wish := w.User(1 + r.Int64N(int64(len(w.Users))))
		doc := map[string]any{
			"user_id": p.ID, "name": p.Full, "first_name": p.Given, "last_name": p.Family, "email": p.Email, "phone": p.Phone, "locale": p.Locale,
			"title": p.Title, "department": w.Teams[p.Team].Name, "location": map[string]any{"city": place.City, "country": place.Country},
			"bio": p.Bio, "skills": abilities, "salary_band": p.Salary / 10_000 * 10_000, "born": p.Born.Format(time.DateOnly), "hired_on": p.Hired.Format(time.DateOnly),
			"mobility":  []map[string]any{{"city": w.Locations[r.IntN(len(w.Locations))].City, "note": w.Fill("{s} would support it", p, wish), "sponsor": map[string]any{"name": wish.Full, "email": wish.Email}}},
			"suggest":   map[string]any{"input": []string{p.Full, p.Family, p.Email}, "weight": 1 + r.IntN(20)},
			"embedding": []float64{r.Float64(), r.Float64(), r.Float64(), r.Float64() + 0.001},
		}
		if err := add(world.UserKey(p.ID), "", doc); err != nil {
			return err
		}
	}
	return nil
}

func offerDocs(w *world.World, add func(id, routing string, doc any) error) error {
	for i := range w.Offers {
		o := &w.Offers[i]
		who := w.User(o.Recruiter)
		doc := map[string]any{
			"id": o.ID, "title": o.Title, "department": w.Teams[o.Team].Name, "city": w.Locations[o.Place].City, "description": o.HTML, "open": o.Open,
			"contact": map[string]any{"id": o.Recruiter, "name": who.Full, "email": who.Email, "phone": who.Phone},
			"skills":  o.Skills, "salary": map[string]any{"gte": o.Min, "lte": o.Max}, "published_at": o.Published.Format(time.RFC3339),
		}
		if err := add("offer-"+world.UserKey(o.ID), "", doc); err != nil {
			return err
		}
	}
	return nil
}

func messageDocs(w *world.World, add func(id, routing string, doc any) error) error {
	for i := range w.Messages {
		m := &w.Messages[i]
		from, to, about := w.User(m.Sender), w.User(m.Receiver), w.User(m.About)
		doc := map[string]any{
			"conversation": m.Conversation, "subject": m.Subject, "body": m.Text, "html": m.HTML, "unread": !m.Read, "sent_at": m.Sent.Format(time.RFC3339),
			"sender":    map[string]any{"id": from.ID, "name": from.Full, "email": from.Email},
			"recipient": map[string]any{"id": to.ID, "name": to.Full, "email": to.Email},
			"mentions":  []map[string]any{{"id": about.ID, "name": about.Full, "email": about.Email}},
		}
		if len(m.Copies) > 0 {
			doc["cc"] = m.Copies
		}
		if err := add(world.UserKey(m.ID), "c"+strconv.FormatInt(m.Conversation, 10), doc); err != nil {
			return err
		}
	}
	return nil
}
