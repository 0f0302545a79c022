package postgres

import (
	"slices"
	"testing"
)

// Columns of addresses and networks are rewritten as what they are: a type's
// own checks hold, and text beside it says the same.
func TestAddressesOfHosts(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, `CREATE TABLE t (id int, host inet, net cidr, seen varchar(45));
INSERT INTO t VALUES (1, '10.1.2.3', '10.1.0.0/16', '10.1.2.3'), (2, '10.1.9.9/16', '2001:4860::/32', '10.1.9.9'), (3, NULL, NULL, 'unknown'), (4, '2a00:1450::8', '192.168.7.0/24', '2a00:1450::8');`,
		rulesOf("t: {id: keep, host: ip, net: ip, seen: ip}"))
	tr.must(t)
	got := tr.staging.ask(t, tr.twin, `SELECT concat_ws('|', id, host(host) = seen, family(host), masklen(host), host(host) <> '10.1.2.3' AND host(host) <> '2a00:1450::8', host << '10.0.0.0/8', host << '3fff::/20', masklen(net), host <<= net, net <<= '192.168.0.0/16') FROM t ORDER BY id`)
	want := []string{"1|t|4|32|t|t|f|16|t|f", "2|t|4|16|t|t|f|32|f|f", "3", "4|t|6|128|t|f|t|24|f|t"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
