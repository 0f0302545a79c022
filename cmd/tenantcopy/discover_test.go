package main

import (
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// What an application's variable says of a store: the place goes on, its
// credential does not stand in it, and what is no address is not taken.
func TestSplit(t *testing.T) {
	const pw = "hunter2secret"
	for _, tc := range []struct {
		name     string
		kind     tenant.Kind
		value    string
		url      string // empty: it is none
		user     string
		password string
	}{
		{"PostgreSQL", tenant.Postgres, "postgres://app:" + pw + "@pg.internal:5433/acme?sslmode=require", "postgres://pg.internal:5433/acme?sslmode=require", "app", pw},
		{"another scheme", tenant.Postgres, "postgresql://app@pg/acme", "postgres://pg/acme", "app", ""},
		{"a driver's scheme", tenant.Postgres, "postgresql+psycopg2://app:" + pw + "@pg/acme", "postgres://pg/acme", "app", pw},
		{"JDBC", tenant.Postgres, "jdbc:postgresql://pg:5432/acme?user=app&password=" + pw + "&ssl=true&ApplicationName=hr", "postgres://pg:5432/acme?sslmode=require", "app", pw},
		{"options of a library", tenant.Postgres, "postgres://app:" + pw + "@pg/acme?pool_max_conns=10&options=-c%20role%3Dx&sslmode=verify-full&sslrootcert=/etc/ca", "postgres://pg/acme?sslmode=verify-full", "app", pw},
		{"a password in signs", tenant.Postgres, "postgres://app:p%40ss%2Fword@pg/acme", "postgres://pg/acme", "app", "p@ss/word"},
		{"blanks around it", tenant.Postgres, " postgres://app@pg/acme\n", "postgres://pg/acme", "app", ""},
		{"a slash at the end", tenant.Search, "https://es:" + pw + "@es.internal:9200/", "https://es.internal:9200", "es", pw},
		{"Redis", tenant.Redis, "rediss://:" + pw + "@redis:6380/3?ssl_cert_reqs=none", "rediss://redis:6380/3", "", pw},
		{"a container", tenant.Blob, "https://acct.blob.core.windows.net/acme?sv=2024&sig=" + pw, "https://acct.blob.core.windows.net/acme", "", ""},
		{"a bucket", tenant.Blob, "s3+http://minio:9000/acme", "s3+http://minio:9000/acme", "", ""},
		{"IPv6", tenant.Redis, "redis://[::1]:6379/0", "redis://[::1]:6379/0", "", ""},
		{"keywords", tenant.Postgres, "host=pg dbname=acme user=app password=" + pw, "", "", ""},
		{"keywords of .NET", tenant.Postgres, "Host=pg;Database=acme;Username=app;Password=" + pw, "", "", ""},
		{"another kind of store", tenant.Redis, "postgres://app:" + pw + "@pg/acme", "", "", ""},
		{"several servers", tenant.Postgres, "postgres://app:" + pw + "@pg1:5432,pg2:5432/acme", "", "", ""},
		{"several servers without ports", tenant.Redis, "redis://r1,r2/0", "", "", ""},
		{"an account's connection string", tenant.Blob, "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + pw + "==;EndpointSuffix=core.windows.net", "", "", ""},
		{"not a URL", tenant.Postgres, "postgres://app:%zz" + pw + "@pg/acme", "", "", ""},
		{"no host", tenant.Postgres, "postgres:///acme?password=" + pw, "", "", ""},
		{"a word", tenant.Search, pw, "", "", ""},
		{"nothing", tenant.Search, "", "", "", ""},
	} {
		got, ok := split(tc.kind, tenant.NewSecret(tc.value))
		if ok != (tc.url != "") || got.user != tc.user || got.password.Reveal() != tc.password {
			t.Errorf("%s: %v, user %q, password %q", tc.name, ok, got.user, got.password.Reveal())
		}
		if ok && got.url.String() != tc.url {
			t.Errorf("%s: %s, want %s", tc.name, &got.url, tc.url)
		}
		if !strings.Contains(tc.value, pw) {
			continue
		}
		out := &strings.Builder{}
		s := newScrubber(out)
		for _, secret := range got.secrets {
			s.hide(secret)
		}
		if said := s.clean("it is " + tc.value); strings.Contains(said, pw) {
			t.Errorf("%s: %s is printed", tc.name, said)
		}
	}
}

// Splitting never panics, and never leaves a password in an address.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"postgres://u:p@h/d", "jdbc:postgresql://h/d?user=u&password=p", "redis://:p@h:1/0", "https://h/c?sig=x", "http://[::1]:9200", "a+b://x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range tenant.Kinds() {
			got, ok := split(kind, tenant.NewSecret(text))
			if ok && (got.url.User != nil || carriesSecret(got.url.String())) {
				t.Errorf("%s: %q became %q", kind, text, got.url.String())
			}
		}
	})
}
