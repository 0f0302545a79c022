package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mention is a person in a text.
type Mention struct {
	Person *Person
	*Spelling
}

// Piece is a stretch of a text: a mention, or what stands between two.
type Piece struct {
	Text    string
	Mention *Mention // nil between mentions
}

// Text is something people wrote: its pieces in order, and the dress it wears.
// About names the persons whom its row is about.
type Text struct {
	Pieces []Piece
	Dress  *Dress
	About  []int
}

// Plain returns the text without its dress.
func (t *Text) Plain() string {
	var b strings.Builder
	for _, p := range t.Pieces {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Body returns the text as it is stored.
func (t *Text) Body() string { return t.Dress.Encode(t) }

// Texts yields, for every person, a text for some of the spellings and, over
// all people, some thousand for each: every text has the mention in a sentence
// of the person's language, what else a mail or a comment has, and one dress.
func Texts(people []Person, yield func(*Text)) {
	d, spellings, dresses := dice(2), Spellings(), Dresses()
	byTag := make(map[string]*language, len(languages))
	for i := range languages {
		byTag[languages[i].tag] = &languages[i]
	}
	for i := range people {
		p := &people[i]
		l := byTag[p.Locale]
		for range 5 {
			s := &spellings[d.below(len(spellings))]
			words := s.Spell(p)
			if words == "" {
				continue
			}
			t := Text{Dress: &dresses[d.below(len(dresses))]}
			if s.Class == Given {
				t.About = []int{p.ID}
			}
			t.write(&d, l, Mention{p, s}, words)
			yield(&t)
		}
	}
}

// write composes the text.
func (t *Text) write(d *dice, l *language, m Mention, words string) {
	frame := ""
	switch m.Class {
	case Email, Phone, Digits, Joined:
		frame = of(d, l.contact)
	case Given:
		frame = of(d, l.given)
	case Titled:
		frame = of(d, l.titled)
	default:
		frame = of(d, l.about)
	}
	if d.oneIn(8) && m.genitive(words) {
		frame = "%ss Antrag liegt vor."
	}
	before, after, _ := strings.Cut(frame, "%s")
	if before != "" && d.oneIn(2) {
		before = of(d, l.idle) + of(d, []string{" ", "\n", "\n\n"}) + before
	}
	if d.oneIn(2) {
		after += of(d, []string{" ", "\n", "\n\n-- \n"}) + of(d, l.idle)
	}
	t.Pieces = []Piece{{Text: before}, {Text: words, Mention: &m}, {Text: after}}
}

// genitive reports whether German puts an s behind the mention.
func (m *Mention) genitive(words string) bool {
	last, _ := utf8.DecodeLastRuneInString(words)
	return m.Person.Locale == "de" && (m.Class == FullName || m.Class == Surname) && unicode.IsLower(last) && !strings.ContainsRune("sxzß", last)
}
