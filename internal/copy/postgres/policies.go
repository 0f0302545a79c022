package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A policy of row-level security can be for some roles only, and roles are not
// the same in every environment. In the twin it is for their counterparts: what
// roles: says, else the role of the same name. For a role that is not there a
// policy would hold for nobody, so nothing is lost without it but is told of.

const classOfPolicy = 3256

// policy is one that is for some roles only.
type policy struct {
	oid        uint32
	name       string // as people read it
	entry      string // of its comment in an archive's list
	head, tail string // of its statement, before and behind the roles
	roles      []string
}

const policiesQuery = `SELECT p.oid, p.polname || ' on table ' || CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, format('COMMENT %s POLICY %I ON %I ', n.nspname, p.polname, c.relname),
  format('CREATE POLICY %I ON %I.%I%s%s TO ', p.polname, n.nspname, c.relname, CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
    CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' ELSE '' END),
  coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
  ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY 1)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.polroles <> '{0}' ORDER BY 2`

// readPolicies lists the source's by number.
func (s *staged) readPolicies(ctx context.Context) (map[uint32]policy, error) {
	out := make(map[uint32]policy)
	err := s.r.inSnapshot(ctx, func(d door) error {
		return each(ctx, d.query, policiesQuery, nil, func(rows pgx.Rows) error {
			var p policy
			err := rows.Scan(&p.oid, &p.name, &p.entry, &p.head, &p.tail, &p.roles)
			out[p.oid] = p
			return err
		})
	})
	if err != nil {
		return nil, s.r.failReading(ctx, "read the policies", err)
	}
	return out, nil
}

// adaptPolicies gives the policies among the pieces the twin's roles.
func (s *staged) adaptPolicies(ctx context.Context, pieces []piece) ([]piece, error) {
	policies, err := s.readPolicies(ctx)
	if err != nil || len(policies) == 0 {
		return pieces, err
	}
	var wanted, there []string
	for _, p := range policies {
		for _, role := range p.roles {
			wanted = append(wanted, s.heritage.counterpart(role))
		}
	}
	err = s.e.inAdmin(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT coalesce(array_agg(rolname::text), '{}') FROM pg_roles WHERE rolname = ANY ($1::text[])`, wanted).Scan(&there)
	})
	if err != nil {
		return nil, err
	}
	for i := range pieces {
		if p, ok := policies[pieces[i].oid]; ok && pieces[i].class == classOfPolicy {
			pieces[i].sql = s.adapt(p, there)
		}
	}
	return pieces, nil
}

// adapt is a policy's statement for those of its roles that are there, empty
// where there are none, and notes the others.
func (s *staged) adapt(p policy, there []string) string {
	var to, gone []string
	for _, role := range p.roles {
		if own := s.heritage.counterpart(role); slices.Contains(there, own) {
			to = append(to, ident(own))
		} else {
			gone = append(gone, role)
		}
	}
	who := strings.Join(gone, ", ")
	switch {
	case len(to) == 0:
		s.archive.uncarried = append(s.archive.uncarried, p.entry)
		s.learned.add(fmt.Sprintf("policy %s is not carried: it is for role %s, and none of them has a counterpart under roles", p.name, who))
		return ""
	case len(gone) > 0:
		s.learned.add(fmt.Sprintf("policy %s is not for role %s in the twin, which has no counterpart under roles", p.name, who))
	}
	slices.Sort(to)
	return p.head + strings.Join(slices.Compact(to), ", ") + p.tail + ";"
}

// counterpart is the role that stands for one of the source's; whether it is
// there the server knows.
func (h *heritage) counterpart(role string) string {
	if mapped := h.roles[role]; mapped != "" {
		return mapped
	}
	return role
}
