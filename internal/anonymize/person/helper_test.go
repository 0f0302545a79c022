package person

import (
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// rootKey is the key that golden values hang on.
const rootKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func options(t testing.TB, origin string, sources ...string) Options {
	t.Helper()
	root, err := ParseRoot(tenant.NewSecret(rootKey))
	if err != nil {
		t.Fatal(err)
	}
	names, err := NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Sources: sources, Keys: root.Keyring(origin, 1), Names: names, EmailDomain: "example.com"}
}

func index(t testing.TB, records []Record, o Options) *Index {
	t.Helper()
	x, err := Build(records, o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func byID(t testing.TB, x *Index, source, id string) *Person {
	t.Helper()
	n, ok := x.ByID(source, []byte(id))
	if !ok {
		t.Fatalf("%s %s is nobody", source, id)
	}
	return x.At(n)
}

// emailFor and phoneFor return what stands for a real value, as text.
func emailFor(x *Index, real string) (string, bool) {
	v, ok := x.EmailFor([]byte(real))
	return string(v), ok
}

func phoneFor(x *Index, real string) (string, bool) {
	v, ok := x.PhoneFor([]byte(real))
	return string(v), ok
}
