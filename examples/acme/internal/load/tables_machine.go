package load

import (
	"fmt"
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

func eventsTable(w *world.World) table {
	t := table{name: "events", columns: "id, occurred_at, kind, actor_id, payload"}
	r := w.Rand("events")
	for id := int64(1); id <= int64(len(w.Users))*4; id++ {
		p := w.User(1 + r.Int64N(int64(len(w.Users))))
		kind := []string{"login", "profile.viewed", "offer.published", "message.sent"}[r.IntN(4)]
		payload := map[string]any{"v": 2, "ip": fmt.Sprintf("198.51.100.%d", r.IntN(250)), "user": map[string]any{"id": p.ID, "email": p.Email}}
		if kind == "profile.viewed" {
			viewed := w.User(1 + r.Int64N(int64(len(w.Users))))
			payload["viewed"] = map[string]any{"id": viewed.ID, "name": viewed.Full, "by": p.Full}
		}
		t.rows = append(t.rows, []any{id, world.Today().Add(-time.Duration(r.IntN(1000*24*60)) * time.Minute), kind, p.ID, payload})
	}
	return t
}

// mail is a mail to be sent, in the outbox and in the queue.
type mail struct {
	To      string         `json:"to"`
	Name    string         `json:"name"`
	From    string         `json:"from"`
	Subject string         `json:"subject"`
	HTML    string         `json:"html"`
	Attempt int            `json:"attempt"`
	Data    map[string]any `json:"data"`
}

func newMail(w *world.World, m *world.Message) mail {
	to := w.User(m.Receiver)
	return mail{To: to.Email, Name: to.Full, From: "noreply@peoplehub.test", Subject: m.Subject, HTML: m.HTML, Attempt: 1,
		Data: map[string]any{"message": m.ID, "link": "https://" + w.Tenant + ".peoplehub.test/m/" + world.UserKey(m.ID), "mentions": w.User(m.About).Full}}
}

func outboxTable(w *world.World) table {
	t := table{name: "outbox", columns: "id, topic, payload, created_at, sent_at"}
	r := w.Rand("outbox")
	for i := range w.Messages {
		if i%9 != 0 {
			continue
		}
		m := &w.Messages[i]
		var sent any = m.Sent.Add(time.Minute)
		if i%45 == 0 {
			sent = nil
		}
		t.rows = append(t.rows, []any{world.UUID(r), "mail.message", newMail(w, m), m.Sent, sent})
	}
	return t
}

func sessionsTable(w *world.World) table {
	t := table{name: "sessions", columns: "token, user_id, ip, user_agent, data, expires_at"}
	r := w.Rand("sessions")
	for range len(w.Users)/5 + 1 {
		p := w.User(1 + r.Int64N(int64(len(w.Users))))
		t.rows = append(t.rows, []any{world.Token(r, 43), p.ID, fmt.Sprintf("203.0.113.%d", r.IntN(250)), "Mozilla/5.0",
			map[string]any{"email": p.Email, "name": p.Full}, world.Today().Add(8 * time.Hour)})
	}
	return t
}

func keyTables(w *world.World) []table {
	keys := table{name: "api_keys", columns: "id, name, owner_id, prefix, token_hash, scopes, last_used_at"}
	r := w.Rand("keys")
	for id := 1; id <= 12; id++ {
		p := w.User(1 + r.Int64N(int64(len(w.Users))))
		keys.rows = append(keys.rows, []any{id, w.Fill("{a.first}'s script", p, p), p.ID, "phk_" + world.Token(r, 4), world.Token(r, 64), []string{"people:read", "offers:write"}, world.Today()})
	}
	in := table{name: "integrations", columns: "id, kind, name, webhook_url, access_token, settings, enabled"}
	for i, kind := range []string{"slack", "payroll", "calendar", "sso", "smtp", "jobboard"} {
		owner := w.User(int64(i%5) + 1)
		in.rows = append(in.rows, []any{i + 1, kind, "Our " + kind, "https://hooks." + kind + ".test/T0/" + world.Token(r, 24), "xoxb-" + world.Token(r, 40),
			map[string]any{"owner": owner.Email, "channel": "#people", "client_secret": world.Token(r, 32), "retries": 3}, i%3 != 2})
	}
	return []table{keys, in}
}
