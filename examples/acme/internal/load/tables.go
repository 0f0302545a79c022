package load

import (
	"fmt"
	"time"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/files"
	"github.com/tenantcopy/tenantcopy/examples/acme/internal/world"
)

// tables returns all tables of the tenant with their rows.
func tables(w *world.World) ([]table, error) {
	employees, err := employeesTable(w)
	if err != nil {
		return nil, err
	}
	all := []table{migrationsTable(), settingsTable(w), locationsTable(w), departmentsTable(w), usersTable(w), employees}
	all = append(all, skillTables(w)...)
	all = append(all, hiringTables(w)...)
	all = append(all, talkTables(w)...)
	all = append(all, officeTables(w)...)
	return append(all, machineTables(w)...), nil
}

func migrationsTable() table {
	t := table{name: "schema_migrations", columns: "version, name, applied_at"}
	for i, name := range []string{"create users", "create employees", "add offers", "add messages", "partition events", "add outbox"} {
		t.rows = append(t.rows, []any{20190401 + i*10_000, name, world.Today().AddDate(i-6, 0, 0)})
	}
	return t
}

func settingsTable(w *world.World) table {
	t := table{name: "settings", columns: "key, value, updated_at"}
	zoe := w.User(world.Zoe)
	for _, row := range [][]any{
		{"brand", map[string]any{"colour": "#145aa0", "logo": "logos/company.png"}},
		{"contacts", map[string]any{"dpo": zoe.Email, "owner": zoe.Full, "support": "support@peoplehub.test"}},
		{"limits", map[string]any{"seats": len(w.Users) + 50, "storage_gb": 1.50}},
		{"links", map[string]any{"app": "https://" + w.Tenant + ".peoplehub.test/", "help": "https://help.peoplehub.test/"}},
	} {
		t.rows = append(t.rows, append(row, world.Today()))
	}
	return t
}

func locationsTable(w *world.World) table {
	t := table{name: "locations", columns: "id, name, city, country, timezone, street"}
	for i, l := range w.Locations {
		t.rows = append(t.rows, []any{i + 1, l.Name, l.City, l.Country, l.Zone, or(l.Street)})
	}
	return t
}

func departmentsTable(w *world.World) table {
	t := table{name: "departments", columns: "id, name, code, parent_id, cost_centre"}
	for i, d := range w.Teams {
		var parent any
		if d.Parent >= 0 {
			parent = d.Parent + 1
		}
		t.rows = append(t.rows, []any{i + 1, d.Name, d.Code, parent, d.Cost})
	}
	return t
}

func usersTable(w *world.World) table {
	t := table{name: "users", columns: "id, external_id, full_name, email, phone, locale, role, password_hash, avatar_key, profile, tags, " +
		"last_login_at, last_login_ip, created_at, updated_at"}
	r := w.Rand("users")
	for i := range w.Users {
		p := &w.Users[i]
		role := "member"
		switch {
		case p.ID <= 2:
			role = "admin"
		case !p.Employed || p.ID == world.Zoe || p.ID%40 == 0:
			role = "recruiter"
		}
		tags := []string{"team-" + w.Teams[p.Team].Code}
		if r.IntN(12) == 0 {
			tags = append(tags, "mentor of "+w.User(1+r.Int64N(int64(len(w.Users)))).Full)
		}
		email := p.Email
		if r.IntN(50) == 0 { // typed by hand
			email = string(email[0]-'a'+'A') + email[1:]
		}
		t.rows = append(t.rows, []any{p.ID, p.External, p.Full, email, or(p.Phone), p.Locale, role, "$2y$10$" + world.Token(r, 53), or(avatarKey(p)),
			w.Profile(p), tags, world.Today().Add(-time.Duration(r.IntN(90*24)) * time.Hour), fmt.Sprintf("203.0.113.%d", r.IntN(250)),
			p.Hired, world.Today().Add(-time.Duration(r.IntN(30*24)) * time.Hour)})
	}
	return t
}

// avatarKey is the name of a user's picture, "" without one.
func avatarKey(p *world.Person) string {
	if p.Picture == "" {
		return ""
	}
	return "avatars/" + world.UserKey(p.ID) + "." + p.Picture
}

func employeesTable(w *world.World) (table, error) {
	t := table{name: "employees", columns: "user_id, first_name, last_name, preferred_name, initials, work_email, private_email, mobile, birth_date, gender, tax_id, " +
		"iban, salary, contract, department_id, location_id, manager_id, manager_name, job_title, home_address, emergency_contact, emergency_phone, notes, " +
		"badge_photo, hired_on, left_on"}
	album, err := files.NewAlbum()
	if err != nil {
		return table{}, err
	}
	r := w.Rand("employees")
	contracts := []string{"permanent", "permanent", "permanent", "fixed-term", "apprentice", "contractor"}
	for n, p := range w.Employees() {
		var preferred, manager, managerName, notes, photo, left any
		kin := w.User(1 + r.Int64N(int64(len(w.Users))))
		if r.IntN(5) == 0 {
			preferred = p.Given
		}
		if p.Manager > 0 {
			manager, managerName = p.Manager, w.User(p.Manager).Full
		}
		if r.IntN(3) == 0 {
			notes = w.Fill("{a.first} prefers mornings. Ask {s} about the contract, or write to {s.email}.", p, kin)
		}
		if n%60 == 6 {
			photo = album.PNG(int(p.ID), p.Full)
		}
		if r.IntN(20) == 0 {
			left = day(world.Today().AddDate(0, -r.IntN(20), 0))
		}
		t.rows = append(t.rows, []any{p.ID, p.Given, p.Family, preferred, initials(p), p.WorkEmail, or(p.Private), or(p.Phone), day(p.Born),
			[]string{"f", "m", "x", "f", "m"}[r.IntN(5)], fmt.Sprintf("%d-%03d-%05d", 10+r.IntN(89), r.IntN(1000), r.IntN(100_000)), p.IBAN,
			fmt.Sprintf("%d.%02d", p.Salary, r.IntN(100)), contracts[r.IntN(len(contracts))], p.Team + 1, p.Place + 1, manager, managerName, p.Title,
			p.Address, kin.Given + " " + p.Family, kin.Phone, notes, photo, day(p.Hired), left})
	}
	return t, nil
}

func initials(p *world.Person) string {
	return string([]rune(p.Given)[0]) + string([]rune(p.Family)[0])
}
