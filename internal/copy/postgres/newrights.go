package postgres

import "slices"

// A newer server can know rights that the source's does not. Whoever holds
// every right that the older one knows holds every right of the newer one, as
// pg_dump has it; else an owner could not refresh his own views there.

// newRight is a right that a version brought.
type newRight struct {
	since     int    // server_version_num
	class     string // as acldefault takes it
	privilege string
	beside    []string // all that the versions before it know
}

func newRights() []newRight {
	return []newRight{{170000, "r", "MAINTAIN", []string{"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}}}
}

// widened adds to the rights on an object of a class, as a server of version
// source has them, those that one of version target knows besides.
func widened(class string, rights []right, source, target int) []right {
	out := slices.Clip(rights)
	for _, n := range newRights() {
		if n.class != class || source >= n.since || target < n.since {
			continue
		}
		for _, r := range rights {
			if r.column != "" || r.privilege != n.beside[0] {
				continue
			}
			r.grantable = holdsAll(rights, r.grantee, n.beside, true)
			if r.privilege = n.privilege; holdsAll(rights, r.grantee, n.beside, false) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// holdsAll reports whether a role has all of some privileges on the whole
// object, and with grantable whether it may pass all of them on.
func holdsAll(rights []right, grantee string, privileges []string, grantable bool) bool {
	return !slices.ContainsFunc(privileges, func(p string) bool {
		return !slices.ContainsFunc(rights, func(r right) bool {
			return r.column == "" && r.grantee == grantee && r.privilege == p && (r.grantable || !grantable)
		})
	})
}

// widen translates the source's rights to what a server of version target
// knows.
func (h *heritage) widen(source, target int) {
	for _, o := range h.source.objects {
		o.rights = widened(o.class, o.rights, source, target)
	}
	for i, d := range h.source.defaults {
		h.source.defaults[i].rights = widened(d.class, d.rights, source, target)
	}
}
