package text

import "testing"

// TestSpelledAddresses: an address whose signs are spelled out is replaced and keeps them; brackets in prose and code are no
// signs.
func TestSpelledAddresses(t *testing.T) {
	e := testEngine()
	for in, want := range map[string]string{
		"jane [at] acme.test":                        "x [at] example.com",
		"ask jane(at)acme.test, or call":             "ask x(at)example.com, or call",
		"jane {at} acme [dot] test.":                 "x {at} example [dot] com.",
		"jane.doe( AT )acme(DOT)co(DOT)uk":           "x( AT )example(DOT)com",
		"jane [at] acme dot test is new":             "x [at] example dot com is new",
		"jane(@)acme.test":                           "x(@)example.com",
		"<b>jane</b> jane [ät] x, jane (at) acme.de": "<b>jane</b> jane [ät] x, x (at) example.com",
		`{"a":"jane [at] acme.test"}`:                `{"a":"x [at] example.com"}`,
		"rose@foo.org and jane [at] acme.test":       "x@example.com and x [at] example.com",
		"look(at).x, m[at] = 1, (at) home. Then":     "look(at).x, m[at] = 1, (at) home. Then",
		"we met (at) 9 and (dot) it; a dot is a dot": "we met (at) 9 and (dot) it; a dot is a dot",
	} {
		if got := string(e.Rewrite(nil, []byte(in), mask{}, Options{}, nil)); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}
