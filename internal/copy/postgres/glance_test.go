package postgres

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// What the client makes of a stored value is what the server writes; nothing
// is made of values that are too short to be a telephone number.
func TestReadings(t *testing.T) {
	t.Parallel()
	names, err := person.NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	people, err := person.Build(nil, person.Options{Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	field := verify.NewWanted(people, verify.NewControl("abcdefghijkl"), []byte("key")).NewInspector().Field("t", "a")
	staging := serverOf(t, "STAGING")
	conn := staging.connect(t, "postgres")
	short := []string{"0", "NaN", "1234.56", "999", "-1234", "0.00001"}
	if staging.major(t) >= 14 {
		short = append(short, "Infinity", "-Infinity")
	}
	for _, tc := range []struct {
		typ    string
		read   reading
		values []string
		short  bool
	}{
		{"numeric", readNumeric, []string{"491705550123", "-491705550123.10", "1000000", "10000000000", "0.0001705550123", "123456.7", "1234.567", "99999999", "1e20", "0.00000000", "-0.1234567", "12345678.00000", "1.000000000000001"}, false},
		{"numeric", readNumeric, short, true},
		{"int8", readInt, []string{"491705550123", "-9223372036854775808", "1000000", "-1000000"}, false},
		{"int8", readInt, []string{"0", "999999", "-999999"}, true},
		{"int4", readInt, []string{"2147483647", "-2147483648"}, false},
		{"int2", readInt, []string{"32767", "-32768"}, true},
		{"float8", readFloat, []string{"491705550123", "-1234567.25", "0.1", "100000000000000", "1705550123456789012"}, false},
		{"float8", readFloat, []string{"0", "-0", "999999", "NaN", "-Infinity"}, true},
		{"float4", readFloat, []string{"0.1", "123456.5"}, false},
		{"text[]", readList, []string{"{}", "{a,b}", "{Jane,Stonefield}"}, false},
	} {
		for _, v := range tc.values {
			var raw []byte
			var text string
			sql := `SELECT ` + literal(v) + `::` + tc.typ
			if err := conn.QueryRow(t.Context(), sql+`::text`).Scan(&text); err != nil {
				t.Fatal(err)
			}
			result := conn.PgConn().ExecParams(t.Context(), sql, nil, nil, nil, []int16{1}).Read()
			if result.Err != nil {
				t.Fatal(result.Err)
			}
			raw = result.Rows[0][0]
			e := &eye{}
			if err := tc.read(e, field, raw); err != nil {
				t.Errorf("%s %s: %v", tc.typ, v, err)
			}
			if tc.short {
				text = ""
			}
			if string(e.room) != text {
				t.Errorf("%s %s: read as %q, the server writes %q", tc.typ, v, e.room, text)
			}
		}
	}
}
