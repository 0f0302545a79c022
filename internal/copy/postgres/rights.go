package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// handover is the statements that give the staged copy its owners and rights,
// in their order: an owner must be able to create in a schema to be given
// something in it, and only an owner grants.
type handover struct {
	before, rights, owners, after []string // that must succeed
	soft                          []attempt
}

// attempt is a statement that a role with few rights may be refused; the
// report then says what is missing.
type attempt struct{ sql, what string }

// grantRoles hands the staged copy over.
func (s *staged) grantRoles(ctx context.Context) error {
	var objects []owned
	err := s.inStaged(ctx, func(conn *pgx.Conn) (err error) {
		objects, err = readOwned(ctx, conn.Query)
		return err
	})
	if err != nil {
		return err
	}
	h := s.heritage
	plan := h.plan(objects)
	for _, note := range h.notes(objects) {
		s.learned.add(note)
	}
	plan.soft = append(plan.soft, h.settingAttempts(s.e.next())...)
	for _, list := range [][]string{plan.before, plan.rights, plan.owners, plan.after} {
		for batch := range slices.Chunk(list, 100) {
			if err := s.exec(ctx, strings.Join(batch, ";\n")); err != nil {
				return err
			}
		}
	}
	for _, a := range plan.soft {
		if err := s.exec(ctx, a.sql); err != nil {
			if state := stateOf(err); state == "" || !strings.HasPrefix(state, "42") {
				return err
			}
			s.learned.add(a.what + " could not be carried: " + conditions()[stateOf(err)])
		}
	}
	return s.putOff(ctx, append(h.atSwitch(s.e.next()), h.triggers...))
}

// plan makes the statements for the objects of the staged copy.
func (h *heritage) plan(objects []owned) handover {
	var p handover
	opened := make(map[[2]string]bool) // schema and role: may create in it for as long as we hand over
	for _, o := range objects {
		if o.class != "n" {
			h.object(o, &p, opened)
		}
	}
	for _, o := range objects {
		if o.class == "n" {
			h.schema(o, &p, opened)
		}
	}
	for _, d := range h.newDefaults() {
		p.soft = append(p.soft, attempt{strings.Join(d.statements(), "; "), "default rights of role " + d.role})
	}
	return p
}

// object adds the statements for what is no schema.
func (h *heritage) object(o owned, p *handover, opened map[[2]string]bool) {
	owner, _ := h.ownerOf(o.objectID)
	if o.owner != h.me { // a template's, or the server's
		return
	}
	sql, columns := grants(grantWord(o.class), o, h.rightsFor(o, owner))
	p.rights = append(p.rights, sql...)
	for _, c := range columns {
		p.soft = append(p.soft, attempt{c, "a right on a column of " + o.name})
	}
	if owner == o.owner || o.follows {
		return
	}
	change := fmt.Sprintf(`ALTER %s %s OWNER TO %s`, o.word, o.name, ident(owner))
	if o.word == "PUBLICATION" || o.word == "SERVER" { // their owners need rights outside the schema
		p.soft = append(p.soft, attempt{change, "owner of " + strings.ToLower(o.word) + " " + o.name})
		return
	}
	p.owners = append(p.owners, change)
	if key := [2]string{o.schema, owner}; o.schema != "" && !opened[key] {
		opened[key] = true
	}
}

// schema adds the statements for a schema, and for what must hold in it while
// its objects change hands.
func (h *heritage) schema(o owned, p *handover, opened map[[2]string]bool) {
	ours := o.owner == h.me || o.owner == "pg_database_owner"
	owner, _ := h.ownerOf(o.objectID)
	want := h.rightsFor(o, owner)
	if o.owner != h.me && h.twin.objects[o.objectID] == nil {
		want, owner = h.firstRights(o), o.owner
	}
	if !ours {
		if !sameRights(o.rights, want) {
			p.soft = append(p.soft, attempt{`DO 'BEGIN RAISE insufficient_privilege; END'`, "rights on schema " + o.name + ", which belongs to " + o.owner + ","})
		}
		return
	}
	for key := range opened {
		if key[0] == o.name {
			p.before = append(p.before, fmt.Sprintf(`GRANT CREATE, USAGE ON SCHEMA %s TO %s`, o.name, ident(key[1])))
			o.rights = append(o.rights, right{grantee: key[1], privilege: "CREATE"})
		}
	}
	slices.Sort(p.before)
	sql, _ := grants("SCHEMA", o, want)
	p.after = append(p.after, sql...)
	if owner != o.owner && owner != "pg_database_owner" {
		p.after = append(p.after, fmt.Sprintf(`ALTER SCHEMA %s OWNER TO %s`, o.name, ident(owner)))
	}
}

// firstRights is who may do what in a schema that the server has made, and keeps:
// public, in a first twin. The source's owner of it, who is not the owner here,
// may what owners may.
func (h *heritage) firstRights(o owned) []right {
	src := h.source.objects[o.objectID]
	if src == nil {
		return o.rights
	}
	out := h.mapped(src.rights)
	for _, r := range src.rights {
		if r.grantee != ownerMark || h.roles[src.owner] == "" {
			continue
		}
		if r.grantee = h.roles[src.owner]; !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// sameRights compares two lists as sets.
func sameRights(a, b []right) bool {
	return !slices.ContainsFunc(a, func(r right) bool { return !slices.Contains(b, r) }) && !slices.ContainsFunc(b, func(r right) bool { return !slices.Contains(a, r) })
}

// grants makes an object's rights those that are wanted: nothing where they
// are. Rights on columns come apart: a column may be gone.
func grants(word string, o owned, want []right) (whole, columns []string) {
	if word == "" || sameRights(o.rights, want) {
		return nil, nil
	}
	var from []string
	for _, r := range o.rights {
		if role := o.roleOf(r.grantee); r.column == "" && !slices.Contains(from, role) {
			from = append(from, role)
		}
	}
	if len(from) > 0 {
		whole = append(whole, fmt.Sprintf(`REVOKE ALL ON %s %s FROM %s`, word, o.name, strings.Join(from, ", ")))
	}
	for _, r := range want {
		privilege, option := r.privilege, ""
		if r.column != "" {
			privilege += " (" + r.column + ")"
		}
		if r.grantable {
			option = ` WITH GRANT OPTION`
		}
		sql := fmt.Sprintf(`GRANT %s ON %s %s TO %s%s`, privilege, word, o.name, o.roleOf(r.grantee), option)
		if r.column == "" {
			whole = append(whole, sql)
		} else {
			columns = append(columns, sql)
		}
	}
	return whole, columns
}

// roleOf is a grantee as GRANT takes it. The owner's rights follow when the
// object changes hands.
func (o owned) roleOf(grantee string) string {
	switch grantee {
	case "":
		return "PUBLIC"
	case ownerMark:
		return ident(o.owner)
	}
	return ident(grantee)
}

// notes says what of the source's owners and rights has no counterpart.
func (h *heritage) notes(objects []owned) []string {
	owners, grantees := make(map[string]int), make(map[string]int)
	for _, o := range objects {
		src := h.source.objects[o.objectID]
		if src == nil || o.owner != h.me || h.twin.objects[o.objectID] != nil {
			continue
		}
		if _, sure := h.ownerOf(o.objectID); !sure {
			owners[src.owner]++
		}
		seen := make(map[string]bool)
		for _, r := range src.rights {
			if r.grantee != "" && r.grantee != ownerMark && h.roles[r.grantee] == "" && !seen[r.grantee] {
				seen[r.grantee] = true
				grantees[r.grantee]++
			}
		}
	}
	var out []string
	for role, n := range owners {
		out = append(out, fmt.Sprintf("role %s of the source has no counterpart under roles: what it owns (%d) belongs to %s", role, n, h.unmapped()))
	}
	for role, n := range grantees {
		out = append(out, fmt.Sprintf("role %s of the source has no counterpart under roles: its rights on %d objects are not carried", role, n))
	}
	return append(out, h.settingNotes()...)
}
