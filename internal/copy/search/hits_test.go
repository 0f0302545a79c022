package search

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"
)

// TestParsePage reads an answer byte for byte.
func TestParsePage(t *testing.T) {
	const source = "{\"big\":12345678901234567890123 ,\"a\\\"\":\"}]\\\\\",\"dup\":1.0,\"dup\":[{\"x\":\"\\ud83d\"}]\r\n}"
	answer := `{"pit_id":"abc\/=","took":1,"timed_out":false,"_shards":{"total":2,"failed":0,"failures":[{"reason":"]"}]},"hits":{"max_score":null,
		"hits":[{"_index":"i","_id":"a\"\u0007é","_routing":"r","_source":` + source + `,"sort":[1,"x",3]},{"_id":"b","_routing":null,"_source":{},"sort":[ 2, 4 ]}]}}`
	var p page
	for range 2 { // the second reuses the first's space
		if err := parsePage([]byte(answer), &p); err != nil {
			t.Fatal(err)
		}
		if string(p.pit) != "abc/=" || p.partial || len(p.hits) != 2 || string(p.last) != "[ 2, 4 ]" {
			t.Fatalf("page: pit %q, partial %v, %d hits, last %q", p.pit, p.partial, len(p.hits), p.last)
		}
		if h := p.hits[0]; string(h.id) != "a\"\aé" || string(h.routing) != "r" || string(h.source) != source {
			t.Errorf("first hit: %q %q %q", h.id, h.routing, h.source)
		}
		if h := p.hits[1]; h.routing != nil || string(h.source) != "{}" {
			t.Errorf("second hit: %q %q", h.routing, h.source)
		}
	}
	for _, short := range []string{`{"timed_out":true,"hits":{"hits":[]}}`, `{"_shards":{"failed":1},"hits":{"hits":[]}}`} {
		if err := parsePage([]byte(short), &p); err != nil || !p.partial {
			t.Errorf("%s: partial %v, %v", short, p.partial, err)
		}
	}
	for i := range answer {
		if err := parsePage([]byte(answer[:i]), &p); !errors.Is(err, errPage) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

// FuzzParsePage holds the scanner against encoding/json: what that accepts,
// it reads in the same way; on anything else it may fail, but not panic.
func FuzzParsePage(f *testing.F) {
	for _, s := range []string{`{}`, `{"hits":{"hits":[{"_id":"a","_source":{"x":[1,{"y":"\\\""}]},"sort":[1,2]}]}}`, `{"pit_id":"x","timed_out":true}`, `{"hits":{"hits":[{"_id":"\u00e9","_source":"}"}]}}`, `[`, `{"hits":`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var p page
		err := parsePage(answer, &p)
		var want struct {
			Hits struct {
				Hits []struct {
					ID     *string         `json:"_id"`
					Source json.RawMessage `json:"_source"`
				} `json:"hits"`
			} `json:"hits"`
		}
		d := json.NewDecoder(bytes.NewReader(answer))
		if !utf8.Valid(answer) || d.Decode(&want) != nil || err != nil || repeats(answer) {
			return
		}
		if len(want.Hits.Hits) != len(p.hits) {
			t.Fatalf("%d hits, want %d", len(p.hits), len(want.Hits.Hits))
		}
		for i, h := range want.Hits.Hits {
			if h.ID != nil && *h.ID != string(p.hits[i].id) {
				t.Errorf("id %q, want %q", p.hits[i].id, *h.ID)
			}
			if !bytes.Equal(h.Source, p.hits[i].source) {
				t.Errorf("source %q, want %q", p.hits[i].source, h.Source)
			}
		}
	})
}

// repeats reports whether an answer could name a key twice or in another
// case, which encoding/json reads in ways of its own.
func repeats(answer []byte) bool {
	lower := bytes.ToLower(answer)
	for _, key := range []string{`hits"`, `_id"`, `_source"`, `pit_id"`} {
		if bytes.Count(answer, []byte(key)) != bytes.Count(lower, []byte(key)) {
			return true
		}
	}
	return bytes.Count(answer, []byte(`"hits"`)) > 2 || bytes.Count(answer, []byte(`_id"`)) > 1 || bytes.Count(answer, []byte(`_source"`)) > 1 || bytes.IndexByte(answer, '\\') >= 0
}

// FuzzQuoted holds that every id survives being written into an action line.
func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "plain", "\x01\x0f\x10\x1f \x7e", "\a\v\x00\x7f\U0010ffff", `"\`, "é\n", "</script>", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if !utf8.ValidString(id) {
			return
		}
		line := appendQuoted(nil, []byte(id))
		var back string
		if err := json.Unmarshal(line, &back); err != nil || back != id || bytes.IndexByte(line, '\n') >= 0 {
			t.Errorf("%q became %q: %v", id, back, err)
		}
	})
}

// TestPersonPath finds paths however they are spelled.
func TestFindPath(t *testing.T) {
	var node any
	if err := json.Unmarshal([]byte(`{"a":{"b.c":{"d":"1"}},"a.b":{"c":{"e":"2"}},"l":[{"x":null},{"x":"3"},{"x":"4"}],"n":null}`), &node); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"a.b.c.d": "1", "a.b.c.e": "2", "l.x": "3", "n": "", "zzz": "", "a.b": "", `a\.b.c.e`: "2"} {
		v, _ := findPath(node, splitPath(path))
		if got := scalarText(v); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
