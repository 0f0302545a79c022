package load

import (
	"fmt"
	"slices"
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

func talkTables(w *world.World) []table {
	c := table{name: "conversations", columns: "id, subject, offer_id, created_at"}
	m := table{name: "messages", columns: "id, conversation_id, sender_id, recipient_id, subject, body_html, body_text, cc, mentions, sent_at, read_at"}
	for i := range w.Messages {
		msg := &w.Messages[i]
		if msg.Conversation > int64(len(c.rows)) {
			c.rows = append(c.rows, []any{msg.Conversation, msg.Subject, msg.Offer, msg.Sent})
		}
		var copies, read any
		if len(msg.Copies) > 0 {
			copies = msg.Copies
		}
		if msg.Read {
			read = msg.Sent.Add(3 * time.Hour)
		}
		m.rows = append(m.rows, []any{msg.ID, msg.Conversation, msg.Sender, msg.Receiver, msg.Subject, msg.HTML, msg.Text, copies, []int64{msg.About}, msg.Sent, read})
	}
	return []table{c, m}
}

// officeTables are what the personnel department writes.
func officeTables(w *world.World) []table {
	leave := table{name: "leave_requests", columns: "id, user_id, approver_id, kind, starts_on, ends_on, reason"}
	pay := table{name: "salaries", columns: "user_id, valid_from, amount, currency"}
	review := table{name: "hr.performance_reviews", columns: "id, user_id, reviewer_id, year, rating, summary, goals"}
	r := w.Rand("office")
	for _, p := range w.Employees() {
		mate := w.User(1 + r.Int64N(int64(len(w.Users))))
		boss := mate
		if p.Manager > 0 {
			boss = w.User(p.Manager)
		}
		for range r.IntN(3) {
			from := world.Today().AddDate(0, 0, r.IntN(500)-400)
			reason := []any{nil, "holiday", w.Fill("{s} stands in for me.", p, mate), w.Fill("Parental leave; call {a.first} on {a.phone} if urgent.", p, mate)}[r.IntN(4)]
			leave.rows = append(leave.rows, []any{int64(len(leave.rows) + 1), p.ID, boss.ID, []string{"holiday", "sick", "parental"}[r.IntN(3)],
				day(from), day(from.AddDate(0, 0, 1+r.IntN(14))), reason})
		}
		for year := range 3 {
			pay.rows = append(pay.rows, []any{p.ID, day(world.Today().AddDate(-year, 0, 0)), fmt.Sprintf("%d.00", p.Salary-year*1500), "EUR"})
		}
		if r.IntN(4) > 0 {
			review.rows = append(review.rows, []any{int64(len(review.rows) + 1), p.ID, boss.ID, 2025, 1 + r.IntN(5),
				w.Fill("{a.first} had a good year. {s}'s team gained most.", p, mate),
				[]map[string]any{{"goal": w.Fill("Train {s.first}.", p, mate), "weight": 0.40}, {"goal": "Finish the handbook", "weight": 0.60}}})
		}
	}
	return []table{leave, pay, review, documentsTable(w), legacyTable(w)}
}

// documentsTable lists what lies in the container.
func documentsTable(w *world.World) table {
	t := table{name: "documents", columns: "id, owner_external_id, blob_key, file_name, content_type, size_bytes, uploaded_by, note"}
	r := w.Rand("documents")
	for _, d := range documents(w) {
		var note any
		if r.IntN(3) == 0 {
			note = w.Fill("checked by {s}", d.owner, w.User(1+r.Int64N(int64(len(w.Users)))))
		}
		t.rows = append(t.rows, []any{world.UUID(r), d.owner.External, d.key, d.file, d.kind, 2000 + r.IntN(90_000), d.owner.Email, note})
	}
	return t
}

// legacyTable is a list that was taken over long ago: shouted names, other
// spellings, and a few people nobody knows any more.
func legacyTable(w *world.World) table {
	t := table{name: `"LegacyImport"`, columns: `"Row Id", "Full Name", "E-Mail", "Phone No.", "Remark"`}
	r := w.Rand("legacy")
	for n := range len(w.Users)/8 + 3 {
		p := w.User(1 + r.Int64N(int64(len(w.Users))))
		row := []any{n + 1, p.Sorted(), p.Email, p.Phone, "ok"}
		switch n % 5 {
		case 1:
			row = []any{n + 1, p.Full, "n/a", "", nil}
		case 2:
			row = []any{n + 1, "Nordheim-" + fmt.Sprint(n) + ", Alwine", fmt.Sprintf("alwine%d@altbestand.test", n), fmt.Sprintf("0221 9000%04d", n), "left in 2009"}
		case 3:
			row[4] = w.Fill("see {s}, {s.phone}", p, w.User(world.Zoe))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// machineTables are what programs write: events, the outbox, sessions, keys.
func machineTables(w *world.World) []table {
	return slices.Concat([]table{eventsTable(w), outboxTable(w), sessionsTable(w)}, keyTables(w))
}
