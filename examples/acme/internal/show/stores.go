package show

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures are measured
	_ "image/png"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

const nothing = "–" // where a side has nothing to show

func fromPostgres(ctx context.Context, r Request, side servers.Side) (section, error) {
	s := section{title: "PostgreSQL: users, employees, messages"}
	c, err := side.Database(ctx, r.Tenant)
	if err != nil {
		return s, err
	}
	defer c.Close(ctx)
	row, err := c.Query(ctx, `SELECT u.full_name AS name, u.email, u.phone, coalesce(e.employee_no, '–') AS number, coalesce(e.birth_date::text, '–') AS born,
	  coalesce(e.iban, '–') AS iban, u.profile->>'bio' AS bio,
	  coalesce((SELECT body_text FROM messages WHERE mentions @> ARRAY[u.id] ORDER BY id LIMIT 1), '–') AS message
	  FROM users u LEFT JOIN employees e ON e.user_id = u.id WHERE u.id = $1`, r.ID)
	if err != nil {
		return s, err
	}
	values, err := pgx.CollectOneRow(row, func(row pgx.CollectableRow) ([]fact, error) {
		all, err := row.Values()
		if err != nil {
			return nil, err
		}
		var facts []fact
		for i, d := range row.FieldDescriptions() {
			facts = append(facts, fact{d.Name, fmt.Sprint(all[i])})
		}
		return facts, nil
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("there is no user %d", r.ID)
	}
	s.facts = values
	return s, err
}

func fromSearch(ctx context.Context, r Request, side servers.Side) (section, error) {
	s := section{title: "Search: the profile's document"}
	c, err := side.Search()
	if err != nil {
		return s, err
	}
	var found struct {
		Hits struct {
			Hits []struct {
				Source struct {
					Name, Email, Bio string
					Suggest          struct{ Input []string }
					Skills           []struct {
						Name  string
						Endor string `json:"endorsed_by"`
					}
				} `json:"_source"`
			}
		}
	}
	query := map[string]any{"size": 1, "query": map[string]any{"term": map[string]any{"user_id": r.ID}}}
	if err := c.Do(ctx, "POST", "/"+r.Tenant+"-profiles/_search", query, &found); err != nil {
		return s, err
	}
	if len(found.Hits.Hits) == 0 {
		return s, fmt.Errorf("there is no profile of user %d", r.ID)
	}
	doc := found.Hits.Hits[0].Source
	endorsed := nothing
	if len(doc.Skills) > 0 {
		endorsed = doc.Skills[0].Name + ", by " + doc.Skills[0].Endor
	}
	s.facts = []fact{{"name", doc.Name}, {"email", doc.Email}, {"bio", doc.Bio}, {"suggests", strings.Join(doc.Suggest.Input, " | ")}, {"a skill", endorsed}}
	return s, nil
}

func fromRedis(ctx context.Context, r Request, side servers.Side) (section, error) {
	s := section{title: "Redis: the user's hash and cached profile"}
	c, err := side.Redis()
	if err != nil {
		return s, err
	}
	defer c.Close()
	id := world.UserKey(r.ID)
	hash, err := c.HGetAll(ctx, r.Tenant+":user:"+id).Result()
	if err != nil {
		return s, err
	}
	if len(hash) == 0 {
		return s, fmt.Errorf("there is no hash of user %d", r.ID)
	}
	for _, field := range []string{"name", "email", "phone", "locale", "token"} {
		s.facts = append(s.facts, fact{field, hash[field]})
	}
	raw, err := c.Get(ctx, r.Tenant+":profile:"+id).Bytes()
	if errors.Is(err, redis.Nil) {
		s.facts = append(s.facts, fact{"cached", nothing})
		return s, nil
	}
	var cached struct{ Name, Bio string }
	if err == nil {
		err = json.Unmarshal(raw, &cached)
	}
	s.facts = append(s.facts, fact{"cached", cached.Name + ": " + cached.Bio})
	return s, err
}

func fromBlob(ctx context.Context, r Request, side servers.Side) (section, error) {
	s := section{title: "Files: the avatar and a document"}
	c, err := side.Container(r.Backend, r.Tenant)
	if err != nil {
		return s, err
	}
	id := world.UserKey(r.ID)
	names := []struct{ label, name string }{{"avatar", "avatars/" + id + ".jpg"}, {"avatar", "avatars/" + id + ".png"}, {"CV", "documents/" + id + "/cv.pdf"}}
	for _, n := range names {
		o, found, err := c.Get(ctx, n.name)
		if err != nil {
			return s, err
		}
		if !found {
			continue
		}
		by := nothing
		for key, value := range o.Metadata { // servers differ in the case of keys
			if strings.EqualFold(key, "uploaded_by") {
				if by, err = url.PathUnescape(value); err != nil {
					by = value
				}
			}
		}
		s.facts = append(s.facts, fact{n.label, n.name}, fact{"content", describe(o.Body)}, fact{"sha-256", fmt.Sprintf("%x", sha256.Sum256(o.Body))[:24] + "…"},
			fact{"inside", inside(o.Body)}, fact{"by", by})
	}
	return s, nil
}

// describe says what a file is and how large.
func describe(body []byte) string {
	c, kind, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		kind = "file"
		if bytes.HasPrefix(body, []byte("%PDF")) {
			kind = "PDF"
		}
		return fmt.Sprintf("%s, %d bytes", kind, len(body))
	}
	return fmt.Sprintf("%s %d×%d, %d bytes", strings.ToUpper(kind), c.Width, c.Height, len(body))
}

// inside says which personal metadata a file carries.
func inside(body []byte) string {
	if at := bytes.Index(body, []byte("Exif\x00\x00")); at >= 0 {
		text := body[at:min(at+600, len(body))]
		if _, artist, ok := bytes.Cut(text, []byte("Badge camera 3\x00")); ok {
			name, _, _ := bytes.Cut(artist, []byte{0})
			return "EXIF: artist " + string(name) + ", position"
		}
		return "EXIF"
	}
	for _, mark := range []string{"tEXtAuthor\x00", "/Author ("} {
		if _, author, ok := bytes.Cut(body, []byte(mark)); ok {
			end := bytes.IndexAny(author, ")\x00")
			return "author " + latinText(author[:max(min(end, 60), 0)])
		}
	}
	return "no metadata about a person"
}

// latinText reads Windows-1252 letters, as a PDF's properties are written;
// UTF-8 stays.
func latinText(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	if s := string(b); strings.ToValidUTF8(s, "") == s {
		return s
	}
	return out.String()
}
