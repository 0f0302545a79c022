package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// heritage decides who owns what in the new twin and who may do what with it:
// what the old twin has under the same name stays as it is there; for the rest
// roles: maps the source's roles, and what maps to nobody belongs to the
// twin's owner and is told of.
type heritage struct {
	me       string // the role that copies
	roles    map[string]string
	twin     twinState
	source   twinState
	super    bool     // it is a superuser
	triggers []string // statements that make the event triggers
	forced   []string // tables whose policies bind their owner too, quoted; from Prepare on
}

// readHeritage reads both sides.
func (s *staged) readHeritage(ctx context.Context) (*heritage, error) {
	h := &heritage{me: s.e.config.User, roles: s.e.roles}
	var err error
	if h.twin, err = s.readTwin(ctx); err != nil {
		return nil, s.e.fail(ctx, "read the twin's owners and rights", err)
	}
	h.source.there = true
	err = s.r.inSnapshot(ctx, func(d door) error {
		var list []byte
		if err := d.row(ctx, databaseQuery, []any{s.r.e.database}, &h.source.owner, &h.source.limit, &list); err != nil {
			return err
		}
		objects, err := readOwned(ctx, d.query)
		if err != nil {
			return err
		}
		h.source.objects = byID(objects)
		if h.source.defaults, err = readDefaults(ctx, d.query); err != nil {
			return err
		}
		h.source.settings, err = readSettings(ctx, d.query, s.r.e.database)
		return err
	})
	if err != nil {
		return nil, s.r.failReading(ctx, "read the source's owners and rights", err)
	}
	return h, nil
}

// databaseOwner is who owns the new database.
func (h *heritage) databaseOwner() string {
	if h.twin.there {
		return h.twin.owner
	}
	if role := h.roles[h.source.owner]; role != "" {
		return role
	}
	return h.me
}

// unmapped is who owns what nothing else decides.
func (h *heritage) unmapped() string {
	if h.twin.there {
		return h.twin.owner
	}
	return h.me
}

// ownerOf is who is to own an object. sure is false when neither the twin nor
// roles: says so.
func (h *heritage) ownerOf(id objectID) (role string, sure bool) {
	if o := h.twin.objects[id]; o != nil {
		return o.owner, true
	}
	if o := h.source.objects[id]; o != nil {
		if role := h.roles[o.owner]; role != "" {
			return role, true
		}
	}
	return h.unmapped(), false
}

// rightsFor is who is to have which right on an object.
func (h *heritage) rightsFor(o owned, owner string) []right {
	if old := h.twin.objects[o.objectID]; old != nil {
		return old.rights
	}
	want := o.rights
	if src := h.source.objects[o.objectID]; src != nil {
		want = h.mapped(src.rights)
	}
	return h.withDefaults(want, o, owner)
}

// mapped translates the grantees of the source. PUBLIC and the owner are the
// same everywhere.
func (h *heritage) mapped(rights []right) []right {
	var out []right
	for _, r := range rights {
		if r.grantee != ownerMark && r.grantee != "" {
			if r.grantee = h.roles[r.grantee]; r.grantee == "" {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// withDefaults adds what the twin gives to every new object of its owner, and
// takes from PUBLIC what it takes from it.
func (h *heritage) withDefaults(rights []right, o owned, owner string) []right {
	out := slices.Clone(rights)
	for _, d := range h.twin.defaults {
		if d.role != owner || d.class != o.class || d.schema != "" && d.schema != o.schema {
			continue
		}
		if d.schema == "" {
			out = slices.DeleteFunc(out, func(r right) bool { return r.grantee == "" && !slices.Contains(d.rights, r) })
		}
		for _, r := range d.rights {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// needed lists the roles that must be there and that the copying role must be
// a member of.
func (h *heritage) needed() (there, member []string) {
	owners := map[string]bool{h.databaseOwner(): true}
	for id := range h.source.objects {
		role, _ := h.ownerOf(id)
		owners[role] = true
	}
	delete(owners, h.me)
	for _, server := range []string{"pg_database_owner", "postgres"} { // of schema public, which is not ours to give away
		if o := h.twin.objects[objectID{"n", "public"}]; o != nil && o.owner == server && server != h.databaseOwner() && !h.ownsMore(server) {
			delete(owners, server)
		}
	}
	return slices.Sorted(maps.Values(h.roles)), slices.Sorted(maps.Keys(owners))
}

// ownsMore reports whether a role is to own anything but schema public.
func (h *heritage) ownsMore(role string) bool {
	for id := range h.source.objects {
		if owner, _ := h.ownerOf(id); owner == role && id != (objectID{"n", "public"}) {
			return true
		}
	}
	return false
}

const rolesQuery = `SELECT w, r.oid IS NULL, coalesce(NOT (pg_has_role(r.oid, 'USAGE') AND pg_has_role(r.oid, $2)), false)
FROM unnest($1::text[]) AS w LEFT JOIN pg_roles r ON r.rolname = w ORDER BY 1`

// setRoleVersion is the first version where a member may be kept from acting
// as the role.
const setRoleVersion = 160000

// checkRoles returns the statements that make the roles which are to own or to be
// granted something and are not there, and those that make us members of the
// ones that are to own something.
func (s *staged) checkRoles(ctx context.Context, conn *pgx.Conn, h *heritage, number int) (grants []string, err error) {
	there, member := h.needed()
	kind := "MEMBER"
	if number >= setRoleVersion {
		kind = "SET"
	}
	err = each(ctx, conn.Query, rolesQuery, []any{append(slices.Clone(there), member...), kind}, func(rows pgx.Rows) error {
		var role string
		var gone, foreign bool
		if err := rows.Scan(&role, &gone, &foreign); err != nil {
			return err
		}
		if gone {
			grants = append(grants, createRole(role))
		}
		if (gone || foreign) && slices.Contains(member, role) {
			grants = append(grants, membership(role, h.me, number))
		}
		return nil
	})
	return grants, err
}
