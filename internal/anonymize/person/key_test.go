package person

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func TestParseRoot(t *testing.T) {
	raw := []byte("0123456789abcdefABCDEF~~??>>\xff\xfe\xfd\xfc")
	if len(raw) != MinKey {
		t.Fatal(len(raw))
	}
	want := ""
	for _, spelled := range []string{hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), " " + base64.RawURLEncoding.EncodeToString(raw) + "\n"} {
		root, err := ParseRoot(tenant.NewSecret(spelled))
		if err != nil {
			t.Fatal(err)
		}
		if got := root.Fingerprint(); want != "" && got != want || len(got) != 16 {
			t.Errorf("fingerprint %s and %s", want, got)
		} else {
			want = got
		}
	}
	for _, bad := range []string{"", "short", hex.EncodeToString(raw[:31]), strings.Repeat("00", 32), strings.Repeat("ab", 40), strings.Repeat("?", 64), base64.StdEncoding.EncodeToString(raw[:31])} {
		_, err := ParseRoot(tenant.NewSecret(bad))
		if !errors.Is(err, ErrKey) || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("a key of %d characters: %v", len(bad), err)
		}
	}
}

func TestPRF(t *testing.T) {
	root, err := ParseRoot(tenant.NewSecret(rootKey))
	if err != nil {
		t.Fatal(err)
	}
	sum := func(origin string, epoch int, kind string, parts ...string) string {
		var b [][]byte
		for _, p := range parts {
			b = append(b, []byte(p))
		}
		return string(root.Keyring(origin, epoch).PRF(kind).Sum(b...))
	}
	base := sum("acme", 1, "email", "ab", "c")
	if base != sum("acme", 1, "email", "ab", "c") {
		t.Error("not deterministic")
	}
	for i, other := range []string{sum("globex", 1, "email", "ab", "c"), sum("acme", 2, "email", "ab", "c"), sum("acme", 1, "phone", "ab", "c"),
		sum("acme", 1, "email", "a", "bc"), sum("acme", 1, "email", "abc"), sum("acme", 1, "email", "ab", "c", "")} {
		if other == base {
			t.Errorf("draw %d is equal", i)
		}
	}
	prf := root.Keyring("acme", 1).PRF("email")
	prf.Sum(bytes.Repeat([]byte("x"), 1<<20))
	if got := string(prf.Sum([]byte("ab"), []byte("c"))); got != base {
		t.Error("a draw hangs on the one before")
	}
}
