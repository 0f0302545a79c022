package verify

import (
	"slices"
	"strings"
	"unicode"
)

// Fields are called after what is in them. Where that is people, a family name that is no word is somebody's, and a few of
// them are enough whatever stands in the other records: pseudonyms have invented family names.

// personal are words of such names, in the languages of those who make them, without a final s.
const personal = `
lastname surname familyname lname nachname familienname zuname cognome apellido sobrenome achternaam nazwisko soyad soyadi soyisim efternamn etternavn
author manager owner assignee approver approved reviewer reviewed supervisor employee colleague contact person people applicant candidate interviewer recruiter referee
signatory signed spouse partner sender recipient attendee participant organizer organiser requester requested creator created reporter caller deputy substitute guardian beneficiary user member
mitarbeiter mitarbeiterin ansprechpartner bearbeiter vorgesetzter empfänger empfaenger absender bewerber auteur salarié salarie empleado autor medewerker pracownik`

// personalPairs are two words of such names, side by side.
var personalPairs = [...]string{"last name", "family name", "nom famille", "de famille"}

// general are names of fields that say nothing without what they are in: author.name, employees.last.
const general = `name last family display full`

// ofPeople reports whether the name of a place says that people are in it.
func (p place) ofPeople() bool {
	path := strings.Split(strings.ReplaceAll(p.group+"."+p.field, "[]", ""), ".")
	for i := len(path) - 1; i >= 0; i-- {
		words := fieldWords(path[i])
		if saysPeople(words) {
			return true
		}
		if slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(strings.Fields(general), w) }) {
			break
		}
	}
	return false
}

func saysPeople(words []string) bool {
	known := strings.Fields(personal)
	for i, w := range words {
		if slices.Contains(known, strings.TrimSuffix(w, "s")) || i > 0 && slices.Contains(personalPairs[:], words[i-1]+" "+w) {
			return true
		}
	}
	return false
}

// fieldWords splits the name of a field at signs and capitals, and returns its words in small letters.
func fieldWords(name string) []string {
	var b strings.Builder
	small := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			r = ' '
		case unicode.IsUpper(r) && small:
			b.WriteByte(' ')
		}
		small = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}

// somebody reports a family name that is no word and is written like a name.
func (in *Inspector) somebody(value []byte) bool {
	h, n := in.phrase(value)
	if n == 0 || in.w.wordy.has(h) {
		return false
	}
	for w, ok := in.w.letters.next(value, 0); ok; w, ok = in.w.letters.next(value, w.end) {
		if r, _ := decode(value[w.start:]); !unicode.IsLower(r) {
			return true
		}
	}
	return false
}

// phrase returns the hash of a whole value of up to maxFamily words, and how many it has, 0 where there are more.
func (in *Inspector) phrase(value []byte) (hash uint64, words int) {
	a := in.w.letters
	for w, ok := a.next(value, 0); ok; w, ok = a.next(value, w.end) {
		if words++; words > maxFamily {
			return 0, 0
		}
		if hash = a.join(hash, w.plain); words == 1 {
			hash = w.plain
		}
	}
	return hash, words
}
