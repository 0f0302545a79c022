package redis

import (
	"context"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// as makes a user of a server with some rights, until the test ends.
func as(t *testing.T, store tenant.Store, rights ...any) tenant.Store {
	t.Helper()
	c, name, password := client(t, store), "test-"+random(), random()
	all := append([]any{"acl", "setuser", name, "on", ">" + password}, rights...)
	if err := c.Do(t.Context(), all...).Err(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Do(context.Background(), "acl", "deluser", name).Err() })
	store.User, store.Password = name, tenant.NewSecret(password)
	return store
}

// What a user may not is named, and what it may and need not; nothing changes.
func TestQuestionsOfRights(t *testing.T) {
	t.Parallel()
	ours := []string{"{", "tc:", "tenantcopy:"}
	for name, c := range map[string]struct {
		side    string
		rights  []any
		missing []string // commands, one line each of what their keys begin with
		excess  string
		unsure  bool
	}{
		"a reader":               {"PROD", []any{"+@read", "+@connection", "+info", "+time"}, nil, "", true},
		"a reader without dump":  {"PROD", []any{"+@read", "+@connection", "+info", "+time", "-dump", "-xrange"}, []string{"+dump +xrange ~PREFIX*"}, "", true},
		"a writer as the source": {"PROD", []any{"+@all"}, nil, "may write the tenant's keys", false},
		"a writer":               {"STAGING", []any{"+@read", "+@write", "+@connection", "+@scripting", "+info", "+time"}, nil, "", true},
		"a writer of one prefix": {"STAGING", []any{"+@read", "+@write", "+@connection", "+@scripting", "+info", "+time", "-eval", "resetkeys", "~PREFIX*"},
			[]string{"+eval ~PREFIX*", "+dump +set +restore +rename +unlink +pexpire +hdel +eval ~{PREFIX*", "~tc:*", "~tenantcopy:*"}, "", true},
		"everybody": {"STAGING", []any{"+@all"}, nil, "may remove everything on the server", false},
	} {
		t.Run(name, func(t *testing.T) {
			prefix := "q" + random() + ":"
			rights := append([]any{"~" + prefix + "*"}, c.rights...)
			if c.side == "STAGING" {
				for _, begin := range ours {
					rights = append([]any{"~" + begin + "*"}, rights...)
				}
			}
			for i, r := range rights {
				rights[i] = strings.ReplaceAll(r.(string), "PREFIX", prefix)
			}
			store := as(t, server(t, c.side), rights...)
			store.Prefix = prefix
			patient := patientOf(t, store, c.side)
			defer patient.Close()
			g, err := patient.Questions().Missing(t.Context())
			if err != nil || len(g.Lines) != len(c.missing) {
				t.Fatalf("missing: %q, %v", g.Lines, err)
			}
			all := strings.Join(g.Lines, "\n")
			for _, want := range c.missing {
				if !strings.Contains(all, strings.ReplaceAll(want, "PREFIX", prefix)) {
					t.Errorf("missing: %s\nlacks %s", all, want)
				}
			}
			e, err := patient.Questions().Excess(t.Context())
			if err != nil || !strings.HasSuffix(e.Says, c.excess) || (e.Says != "") != (c.excess != "") || (e.Unsure != "") != c.unsure {
				t.Errorf("too many: %+v, %v", e, err)
			}
			if left := scan(t.Context(), t, client(t, server(t, c.side)), "*"+nobodys+"*"); len(left) > 0 {
				t.Errorf("a question left %q", left)
			}
		})
	}
}

func patientOf(t *testing.T, store tenant.Store, side string) doctor.Patient {
	t.Helper()
	session := tenant.Session{Run: random(), User: "tests"}
	var p guard.Prober
	var err error
	if side == "PROD" {
		p, err = Probe(t.Context(), tenant.Source{Store: store, Session: session})
	} else {
		p, err = Site(t.Context(), guard.SiteAddress{Twin: "staging/acme", Store: store, Session: session})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.(doctor.Patient)
}
