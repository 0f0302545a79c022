package verify

import (
	"strings"
	"testing"
)

// A family name alone counts where the field says that people are in it: in three different values, whatever the others
// are.
func TestFieldsOfPeople(t *testing.T) {
	for _, tc := range []struct {
		field  string
		values string // separated by bars
		leaks  bool
	}{
		{"last_name", "Zorvik|Quintalo|Stonefield|Brambek|Möller|Zelvig|Quimby|Ostrel", true},
		{"lastName", "Zorvik|Quintalo|STONEFIELD|Brambek|Möller|Zelvig|Quimby|Ostrel", true},
		{"hiring_manager", "|Stonefield|n/a|unknown|Möller|-|none|Quimby|tbd|open", true},
		{"approved_by", "|Stonefield|n/a|unknown|Möller|-|none|Quimby|tbd|open", true},
		{"doc.meta.Nachname", "Zorvik|Stonefield|Möller|Quintalo|Brambek|Zelvig|Quimby|Ostrel", true},
		{"nom_de_famille", "Zorvik|Stonefield|Möller|Quintalo|Brambek|Zelvig|Quimby|Ostrel", true},
		{"owner", "Stonefield|Stonefield|Möller|Zorvik|Quintalo|Brambek|Zelvig", false},                          // two
		{"owner", "stonefield|möller|quimby|Zorvik|Quintalo|Brambek|Zelvig", false},                              // in small letters
		{"owner", "Hill|Grant|Berg|Stonefield|Möller|Paris|London|Oslo|Rome|Kiel|Ulm", false},                    // words
		{"owner", "Stonefield Ltd|Möller GmbH|Quimby & Co|Zorvik|Quintalo|Brambek", false},                       // more than a name
		{"city", "Stonefield|Möller|Quimby|Berlin|London|Rome|Oslo|Kiel|Ulm", false},                             // no people
		{"department", "Stonefield|Möller|Quimby|Berlin|London|Rome|Oslo|Kiel|Ulm", false},                       // no people
		{"name", "Stonefield|Möller|Quimby|Berlin|London|Rome|Oslo|Kiel|Ulm", false},                             // of what?
		{"ownership", "Stonefield|Möller|Quimby|Berlin|London|Rome|Oslo|Kiel|Ulm", false},                        // another word
		{"surnames_count", "Stonefield|Möller|Quimby|Berlin|London|Rome|Oslo|Kiel|Ulm", true},                    // a word of it is enough
		{"reviewer", "Stonefield|Quimby|Zorvik|Quintalo|Brambek|Zelvig|Ostrel|Kantorvel|van der Berg|Odn", true}, // its particle is small
	} {
		in := inspector(t)
		for value := range strings.SplitSeq(tc.values, "|") {
			in.Value("jobs", tc.field, []byte(value))
		}
		leaks := columnLeaks([]*Inspector{in})
		if got := len(leaks) == 1 && leaks[0].Kind == "a column of family names"; got != tc.leaks {
			t.Errorf("%s with %s: %v", tc.field, tc.values, leaks)
		}
	}
	in := inspector(t) // in the leaves of a document, and over several inspectors
	other := in.w.NewInspector()
	for i, doc := range []string{`{"author":{"surname":"Stonefield"},"n":1}`, `{"author":{"surname":"Zorvik"}}`, `{"author":{"surname":"M\u00f6ller"}}`, `{"author":{"surname":"Quintalo"}}`, `{"author":{"surname":"Brambek"}}`, `{"author":{"surname":"Quimby"}}`, `{"author":{"surname":"Zelvig"}}`} {
		[]*Inspector{in, other}[i%2].Value("notes", "body", []byte(doc))
	}
	if leaks := columnLeaks([]*Inspector{in, other}); len(leaks) != 1 || leaks[0].Place != "notes.body.author.surname" {
		t.Errorf("in documents: %v", leaks)
	}
}
