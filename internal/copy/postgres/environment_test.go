package postgres

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// PostgreSQL's variables in our own environment change neither where an
// address leads nor how.
func TestEnvironmentDoesNotChangeAddresses(t *testing.T) {
	read := func() *endpoint {
		t.Helper()
		e, err := parseEndpoint(tenant.Store{Name: "postgres", URL: "postgres://reader@pg.prod.internal/acme"}, report.Source, tenant.Session{Run: "r", User: "u"})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	want := read()
	for name, value := range map[string]string{"PGHOST": "elsewhere", "PGHOSTADDR": "10.0.0.1", "PGPORT": "1", "PGDATABASE": "other", "PGUSER": "other", "PGPASSWORD": "hidden",
		"PGOPTIONS": "-c default_transaction_read_only=off", "PGAPPNAME": "x", "PGSSLMODE": "disable", "PGTARGETSESSIONATTRS": "primary", "PGTZ": "Asia/Tokyo", "PGCONNECT_TIMEOUT": "1"} {
		t.Setenv(name, value)
	}
	got := read()
	if got.config.Host != want.config.Host || got.config.Port != want.config.Port || got.config.Database != want.config.Database || got.config.User != want.config.User || got.config.Password != "" ||
		(got.config.TLSConfig == nil) != (want.config.TLSConfig == nil) || len(got.config.Fallbacks) != len(want.config.Fallbacks) || got.config.ConnectTimeout != want.config.ConnectTimeout ||
		len(got.config.RuntimeParams) != len(want.config.RuntimeParams) || (got.config.ValidateConnect == nil) != (want.config.ValidateConnect == nil) {
		t.Errorf("the environment has changed %+v to %+v", want.config.Config.RuntimeParams, got.config.Config.RuntimeParams)
	}
	t.Setenv("PGSERVICE", "elsewhere")
	t.Setenv("PGSERVICEFILE", "/dev/null")
	if e, err := parseEndpoint(tenant.Store{Name: "postgres", URL: "postgres://reader@pg.prod.internal/acme"}, report.Source, tenant.Session{}); err == nil && e.config.Host != "pg.prod.internal" {
		t.Error("a service leads elsewhere")
	}
}
