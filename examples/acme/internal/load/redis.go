package load

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

// Redis replaces the tenant's keys, and those of a neighbour whose name
// begins alike: acme and acme2.
func Redis(ctx context.Context, s servers.Side, w *world.World) error {
	c, err := s.Redis()
	if err != nil {
		return err
	}
	defer c.Close()
	for _, prefix := range []string{w.Tenant + ":", w.Tenant + "2:"} {
		if err := Unlink(ctx, c, prefix); err != nil {
			return err
		}
	}
	p := &pipe{c.Pipeline()}
	for _, write := range []func(context.Context, *pipe, *world.World) error{writeProfiles, writeQueues, writeTeams, writeActivity, writeNeighbour} {
		if err := write(ctx, p, w); err != nil {
			return err
		}
	}
	return p.flush(ctx)
}

// Unlink removes all keys that begin with a prefix, which holds no pattern.
func Unlink(ctx context.Context, c *redis.Client, prefix string) error {
	var batch []string
	keys := c.Scan(ctx, 0, prefix+"*", 1000).Iterator()
	for keys.Next(ctx) {
		if batch = append(batch, keys.Val()); len(batch) == 500 {
			if err := c.Unlink(ctx, batch...).Err(); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := keys.Err(); err != nil || len(batch) == 0 {
		return err
	}
	return c.Unlink(ctx, batch...).Err()
}

// pipe sends commands in batches.
type pipe struct{ pipe redis.Pipeliner }

// room sends what has gathered once it is much.
func (p *pipe) room(ctx context.Context) error {
	if p.pipe.Len() < 1000 {
		return nil
	}
	return p.flush(ctx)
}

func (p *pipe) flush(ctx context.Context) error {
	if _, err := p.pipe.Exec(ctx); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// writeProfiles writes what the application caches of each user.
func writeProfiles(ctx context.Context, p *pipe, w *world.World) error {
	r := w.Rand("redis")
	for i := range w.Users {
		u := &w.Users[i]
		id := world.UserKey(u.ID)
		profile, err := json.Marshal(map[string]any{"id": u.ID, "name": u.Full, "first": u.Given, "email": u.Email, "phone": u.Phone, "team": w.Teams[u.Team].Name,
			"bio": u.Bio, "avatar": avatarKey(u), "contacts": w.Profile(u).Contacts})
		if err != nil {
			return err
		}
		at := w.Tenant + ":"
		p.pipe.Set(ctx, at+"profile:"+id, profile, time.Duration(24+r.IntN(48))*time.Hour)
		p.pipe.HSet(ctx, at+"user:"+id, "name", u.Full, "email", u.Email, "phone", u.Phone, "locale", u.Locale, "logins", r.IntN(900),
			"last_seen", world.Today().Add(-time.Duration(r.IntN(1000))*time.Hour).Format(time.RFC3339), "token", world.Token(r, 32))
		p.pipe.Set(ctx, at+"by-email:"+u.Email, u.ID, 0)
		p.pipe.PFAdd(ctx, at+"seen:2026-11", u.ID)
		if i%5 == 0 {
			session := fmt.Sprintf(`{"user":%d,"email":%q,"name":%q}`, u.ID, u.Email, u.Full)
			p.pipe.Set(ctx, at+"session:"+world.Token(r, 43), session, 8*time.Hour)
		}
		if i%50 == 0 {
			p.pipe.Set(ctx, at+"presence:"+id, "in a call with "+w.User(1+r.Int64N(int64(len(w.Users)))).Full, time.Hour)
		}
		if err := p.room(ctx); err != nil {
			return err
		}
	}
	return nil
}

// writeQueues writes jobs that wait, and switches and counters.
func writeQueues(ctx context.Context, p *pipe, w *world.World) error {
	at := w.Tenant + ":"
	for i := range min(len(w.Messages), 240) {
		job, err := json.Marshal(newMail(w, &w.Messages[i]))
		if err != nil {
			return err
		}
		p.pipe.RPush(ctx, at+"queue:mail", job)
		if i%8 == 0 {
			p.pipe.RPush(ctx, at+"queue:export", w.Fill(`{"user":"{a.email}","format":"csv","for":"{a}"}`, w.User(w.Messages[i].About), w.User(1)))
		}
	}
	p.pipe.Set(ctx, at+"feature-flags", `{"new-search":true,"mobility":{"eu":true,"rollout":0.50}}`, 0)
	p.pipe.Set(ctx, at+"counter:messages", len(w.Messages), 0)
	p.pipe.Set(ctx, at+"counter:logins:2026-11", 4711, 30*24*time.Hour)
	p.pipe.SetBit(ctx, at+"bits:onboarded", world.Zoe, 1)
	return p.room(ctx)
}

// writeTeams writes sets and sorted sets of people.
func writeTeams(ctx context.Context, p *pipe, w *world.World) error {
	at := w.Tenant + ":"
	r := w.Rand("teams")
	for i := range w.Users {
		u := &w.Users[i]
		team := world.UserKey(int64(u.Team + 1))
		p.pipe.SAdd(ctx, at+"team:"+team, u.ID)
		if i%3 == 0 || u.ID == world.Zoe {
			p.pipe.SAdd(ctx, at+"team:"+team+":mailing", u.Email)
		}
		p.pipe.ZAdd(ctx, at+"leaderboard:weekly", redis.Z{Score: float64(r.IntN(5000)), Member: u.ID})
		if i < 50 {
			p.pipe.ZAdd(ctx, at+"leaderboard", redis.Z{Score: float64(r.IntN(90_000)) / 8, Member: u.Full})
		}
		if err := p.room(ctx); err != nil {
			return err
		}
	}
	p.pipe.GeoAdd(ctx, at+"offices", &redis.GeoLocation{Name: "London", Longitude: -0.0957, Latitude: 51.5101},
		&redis.GeoLocation{Name: "Köln", Longitude: 6.9644, Latitude: 50.9240})
	return p.room(ctx)
}

// writeActivity writes a stream with a consumer group that is half done.
func writeActivity(ctx context.Context, p *pipe, w *world.World) error {
	key := w.Tenant + ":activity"
	r := w.Rand("activity")
	for n := range min(len(w.Users), 400) {
		u, other := w.User(1+r.Int64N(int64(len(w.Users)))), w.User(1+r.Int64N(int64(len(w.Users))))
		p.pipe.XAdd(ctx, &redis.XAddArgs{Stream: key, ID: fmt.Sprintf("%d-0", world.Today().Add(time.Duration(n)*time.Second).UnixMilli()),
			Values: []any{"kind", "praise", "actor_id", u.ID, "actor", u.Full, "email", u.Email, "text", w.Fill("{a.first} thanked {s} ({s.email})", u, other)}})
	}
	p.pipe.XGroupCreate(ctx, key, "notifier", "0")
	p.pipe.XReadGroup(ctx, &redis.XReadGroupArgs{Group: "notifier", Consumer: "worker-1", Streams: []string{key, ">"}, Count: 10, Block: -1})
	return p.room(ctx)
}

// writeNeighbour writes keys of a tenant that is not this one.
func writeNeighbour(ctx context.Context, p *pipe, w *world.World) error {
	for i := range 5 {
		u := w.User(int64(i) + 1)
		p.pipe.HSet(ctx, w.Tenant+"2:user:"+world.UserKey(u.ID), "name", u.Full, "email", u.Email)
	}
	p.pipe.Set(ctx, w.Tenant+"2:feature-flags", `{"new-search":false}`, 0)
	return p.room(ctx)
}
