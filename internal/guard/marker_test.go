package guard_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/guard"
)

func TestMarkerRoundTrip(t *testing.T) {
	full := marker("b", guard.Switching, 3)
	full.Serving, full.Stale, full.InUse = served("a", 1), []string{"x", "y"}, &guard.InUse{By: "kim", Until: start}
	for _, m := range []guard.Marker{marker("a", guard.Copying, 0), marker("a", guard.Complete, 0), full} {
		text := m.Encode()
		if strings.ContainsAny(text, "\n\r") {
			t.Error("a marker is one line")
		}
		got, err := guard.DecodeMarker(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDecodeMarkerRefuses(t *testing.T) {
	change := func(name string, value any) string {
		var m map[string]any
		if err := json.Unmarshal([]byte(marker("a", guard.Complete, 0).Encode()), &m); err != nil {
			t.Fatal(err)
		}
		m[name] = value
		b, _ := json.Marshal(m)
		return string(b)
	}
	if _, err := guard.DecodeMarker(change("unknown", 1)); err != nil {
		t.Errorf("a field more is no harm: %v", err)
	}
	for _, text := range []string{
		"", "{}", "null", "[]", "acme's database", `{"owner":"tenantcopy"}`, `{"owner":"tenantcopy","version":1}`, change("owner", "pgcopydb"), change("version", 0), change("version", -1),
		change("state", ""), change("state", "done"), change("run", ""), change("run", "*"), change("run", "a/../b"), change("run", "a,b"), change("twin", ""), change("twin", "staging"),
		change("stale", []string{"ok", "*"}), change("stale", []string{""}), change("serving", map[string]any{"run": "_all"}), change("time", "yesterday"),
		marker("a", guard.Complete, 0).Encode() + "x",
	} {
		if _, err := guard.DecodeMarker(text); !errors.Is(err, guard.ErrForeign) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := guard.DecodeMarker(change("version", 2)); err == nil || errors.Is(err, guard.ErrForeign) {
		t.Errorf("a newer marker: %v", err)
	}
}

func FuzzDecodeMarker(f *testing.F) {
	f.Add(marker("a", guard.Complete, 0).Encode())
	f.Add(`{"owner":"tenantcopy","version":1,"run":"r","twin":"a/b","state":"copying","time":"2026-01-02T03:04:05.5+07:30","serving":null}`)
	f.Add(`{"OWNER":"tenantcopy","version":1e0}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := guard.DecodeMarker(text)
		if err != nil {
			if err.Error() != guard.ErrForeign.Error() && !strings.Contains(err.Error(), "newer") {
				t.Fatalf("an error that may quote the text: %v", err)
			}
			return
		}
		again, err := guard.DecodeMarker(m.Encode())
		if err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		if diff := cmp.Diff(m.Encode(), again.Encode()); diff != "" {
			t.Fatal(diff)
		}
	})
}
