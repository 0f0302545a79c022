package verify

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/corpus"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// corpusRecords are the people of the corpus as their source has them.
func corpusRecords(people []corpus.Person) []person.Record {
	records := make([]person.Record, len(people))
	for i, p := range people {
		r := person.Record{ID: fmt.Sprint(i), Email: p.Email, Phone: p.Phone, Locale: p.Locale}
		if p.Whole {
			r.Name = p.Full()
		} else {
			r.First, r.Last = p.Given, p.Family
		}
		records[i] = r
	}
	return records
}

// twoCharacters is the class of names that are two characters of a script
// without blanks and have more of it around: 请联系黄静.
const twoCharacters corpus.Class = "two characters within a text"

// least is the share, in percent, of the mentions of a class that must be found
// where they were left on purpose. Lower ones are policy. An initial counts with
// a dot and a surname that is no word. Two characters stand beside each other by
// accident, and count before a title. A surname behind a title counts, unless both
// are words. A surname or a given name alone is somebody's and nobody's, and only
// a column of them counts (TestColumns); digits without groups count from eleven
// on, where they are no time.
var least = map[corpus.Class]float64{
	corpus.FullName: 99.9, corpus.Email: 99.9, corpus.Phone: 99.9, corpus.Initial: 92, twoCharacters: 0, corpus.Titled: 98,
	corpus.Surname: 0, corpus.Given: 0, corpus.Joined: 74, corpus.Digits: 49, corpus.Bent: 0,
}

// classOf returns the class of the mention in a text.
func classOf(txt *corpus.Text) corpus.Class {
	m := txt.Pieces[1].Mention
	if name := []rune(m.Person.Family + m.Person.Given); m.Class != corpus.FullName || len(name) != 2 || !unicode.Is(unicode.Han, name[0]) {
		return m.Class
	}
	before, _ := utf8.DecodeLastRuneInString(txt.Pieces[0].Text)
	after, _ := utf8.DecodeRuneInString(txt.Pieces[2].Text)
	if unicode.Is(unicode.Han, before) || unicode.Is(unicode.Han, after) {
		return twoCharacters
	}
	return m.Class
}
