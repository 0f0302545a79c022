package tenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestParseRef(t *testing.T) {
	long := strings.Repeat("a", 63)
	for text, want := range map[string]Ref{
		"prod/acme": {"prod", "acme"}, "a/b": {"a", "b"}, "s-1/x--y": {"s-1", "x--y"}, "1/2": {"1", "2"}, long + "/" + long: {long, long},
	} {
		got, err := ParseRef(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseRef(%q) is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", "acme", "prod/", "/acme", "prod/acme/x", "Prod/acme", "prod/Acme", "prod/ac me", "prod/acme ", " prod/acme", "prod/-acme", "prod/acme-", "prod/ac_me",
		"prod/acme;rm", "prod/ac.me", "prod/äcme", "prod/ac\x00me", "prod\n/acme", "prod//acme", "prod/$(x)", "prod/" + long + "a", "../acme", "prod/..",
	} {
		if got, err := ParseRef(text); err == nil || got != (Ref{}) {
			t.Errorf("ParseRef(%q) is %v, %v", text, got, err)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("ParseRef(%q): the error has a line break", text)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"prod/acme", "a/b/c", "/", "", "é/x", "a-/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			return
		}
		if r.String() != s || !IsLabel(r.Env) || !IsLabel(r.Name) {
			t.Fatalf("%q was read as %q", s, r)
		}
		for _, c := range []byte(r.Env + r.Name) {
			if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				t.Fatalf("%q holds a byte that is not harmless", s)
			}
		}
	})
}

func TestKindOf(t *testing.T) {
	for name, want := range map[string]Kind{"postgres": Postgres, "postgres/analytics": Postgres, "redis/a/b": Redis, "": "", "blob/": Blob} {
		if got := KindOf(name); got != want {
			t.Errorf("KindOf(%q) is %q", name, got)
		}
	}
	if k := Kinds(); len(k) != 4 || k[0] != Postgres {
		t.Errorf("Kinds are %v: the database's snapshot comes first", k)
	}
}

// TestSecretIsNeverPrinted tries every way a value gets into a text.
func TestSecretIsNeverPrinted(t *testing.T) {
	const value = "hunter2-p4ss"
	s := NewSecret(value)
	type holder struct {
		Name   string
		Secret Secret
		Ptr    *Secret
		Map    map[string]Secret
		List   []Secret
		Any    any
		hidden Secret // fmt does not ask the methods of what it may not read
		more   []Secret
	}
	h := holder{"x", s, &s, map[string]Secret{"k": s}, []Secret{s}, s, s, []Secret{s}}
	texts := map[string]string{"String": s.String(), "error": fmt.Errorf("%w of %v", fmt.Errorf("dial"), s).Error(), "print": fmt.Sprint(s, &s, h)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%c", "%U", "%e", "%10.3s", "%-20v", "%!", "%b"} {
		texts[verb] = fmt.Sprintf(verb, s)
		texts[verb+" of a pointer"] = fmt.Sprintf(verb, &s)
		texts[verb+" of a struct"] = fmt.Sprintf(verb, h)
		texts[verb+" of a pointer to a struct"] = fmt.Sprintf(verb, &h)
	}
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	texts["json"] = string(asJSON)
	key, err := json.Marshal(map[Secret]int{s: 1})
	if err != nil {
		t.Fatal(err)
	}
	texts["json key"] = string(key)
	asYAML, err := yaml.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	texts["yaml"] = string(asYAML)
	var log bytes.Buffer
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		logger.Info("m", "secret", s, "ptr", &s, "holder", h, slog.Group("g", "s", s), slog.Any("list", []Secret{s}))
	}
	texts["slog"] = log.String()
	for how, text := range texts {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "p4ss") || strings.Contains(strings.ToLower(text), "68756e74") || strings.Contains(text, "68 75 6e") {
			t.Errorf("%s prints the secret: %s", how, text)
		}
	}
	for _, how := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if texts[how] != "***" {
			t.Errorf("%s prints %q, want ***", how, texts[how])
		}
	}
	if s.Reveal() != value || s.IsZero() || !NewSecret("").IsZero() || NewSecret("").String() != "" {
		t.Error("Reveal or IsZero is wrong")
	}
}

func TestSession(t *testing.T) {
	if got := (Session{Run: "abc", User: "jo"}).String(); got != "tenantcopy/abc/jo" {
		t.Errorf("session is %q", got)
	}
}
