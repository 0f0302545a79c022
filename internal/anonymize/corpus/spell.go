package corpus

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Class is what a mention proves.
type Class string

// The classes, from the one that says most.
const (
	FullName Class = "full name"
	Email    Class = "e-mail"
	Phone    Class = "phone"
	Initial  Class = "initial"    // O. Bancroft
	Titled   Class = "with title" // Mr Grant, 王先生: a surname behind what makes it one
	Surname  Class = "surname"    // alone
	Given    Class = "given name" // alone, in a text about the person
	Joined   Class = "joined"     // jane_stonefield, JaneStonefield: what names are made of, not how people write them
	Bent     Class = "inflected"  // Kowalskiego
)

// Spelling is one way to mention a person. Spell returns "" where somebody is
// not mentioned so.
type Spelling struct {
	Kind  string
	Class Class
	Spell func(p *Person) string
}

// of a script: names that these spellings are for.
func forLatin(f func(p *Person) string) func(p *Person) string {
	return func(p *Person) string {
		if !latin(p.Family) {
			return ""
		}
		return f(p)
	}
}

func spaced(f func(p *Person) string) func(p *Person) string {
	return func(p *Person) string {
		if p.l.glued {
			return ""
		}
		return f(p)
	}
}

// plainly is for names that are no words: in small letters those are words.
func plainly(f func(p *Person) string) func(p *Person) string {
	return func(p *Person) string {
		if p.Word {
			return ""
		}
		return f(p)
	}
}

// unlike is for people whose name it changes.
func unlike(f func(name string) string) func(p *Person) string {
	return func(p *Person) string {
		if name := f(p.Full()); name != p.Full() {
			return name
		}
		return ""
	}
}

// Spellings lists all of them. A mention in running text begins and ends where
// the spelling does: endings stand in it only where they change the name.
func Spellings() []Spelling { return slices.Concat(fullNames(), partNames(), addresses(), numbers()) }

func fullNames() []Spelling {
	return []Spelling{
		{"as recorded", FullName, (*Person).Full},
		{"upper case", FullName, forLatin(func(p *Person) string { return strings.ToUpper(p.Full()) })},
		{"lower case", FullName, forLatin(plainly(func(p *Person) string { return strings.ToLower(p.Full()) }))},
		{"FAMILY in capitals", FullName, forLatin(func(p *Person) string { return p.Given + " " + strings.ToUpper(p.Family) })},
		{"family name first", FullName, spaced(func(p *Person) string { return p.Family + " " + p.Given })},
		{"family name, given name", FullName, spaced(func(p *Person) string { return p.Family + ", " + p.Given })},
		{"FAMILY, given", FullName, forLatin(func(p *Person) string { return strings.ToUpper(p.Family) + ", " + p.Given })},
		{"decomposed", FullName, unlike(norm.NFD.String)},
		{"letters spelled out", FullName, unlike(spelledOut.Replace)},
		{"marks left out", FullName, unlike(Bare)},
		{"other apostrophe", FullName, unlike(strings.NewReplacer("'", "’", "’", "'").Replace)},
		{"hyphen and blank", FullName, unlike(strings.NewReplacer("-", " ").Replace)},
		{"no-break space", FullName, spaced(func(p *Person) string { return p.Given + "\u00a0" + p.Family })},
		{"two blanks", FullName, spaced(func(p *Person) string { return p.Given + "  " + p.Family })},
		{"line break", FullName, spaced(func(p *Person) string { return p.Given + "\n" + p.Family })},
		{"soft hyphen", FullName, forLatin(func(p *Person) string { return p.Given + " " + softened(p.Family) })},
		{"with a blank", FullName, glued(func(p *Person) string { return p.Family + " " + p.Given })},
		{"middle name left out", FullName, forLatin(func(p *Person) string {
			first, _, more := strings.Cut(p.Given, " ")
			return when(more, first+" "+p.Family)
		})},
		{"middle initial", FullName, forLatin(func(p *Person) string { return p.Given + " Q. " + p.Family })},
		{"one of two family names", FullName, forLatin(func(p *Person) string {
			first, _, more := strings.Cut(p.Family, "-")
			return when(more, p.Given+" "+first)
		})},
		{"particle behind", FullName, forLatin(func(p *Person) string {
			particle, base := particleOf(p.Family)
			return when(particle != "", base+", "+p.Given+" "+particle)
		})},
		{"particle with a capital", FullName, forLatin(func(p *Person) string {
			particle, base := particleOf(p.Family)
			return when(particle != "", p.Given+" "+strings.ToUpper(particle[:min(1, len(particle))])+particle[min(1, len(particle)):]+" "+base)
		})},
		{"and before it, Arabic", FullName, func(p *Person) string { return when(p.Locale == "ar", "و"+p.Full()) }},
	}
}

// partNames lists what is less than a full name, or not how people write one.
func partNames() []Spelling {
	return []Spelling{
		{"O. Bancroft", Initial, forLatin(func(p *Person) string { return initial(p.Given) + ". " + p.Family })},
		{"O.Bancroft", Initial, forLatin(func(p *Person) string { return initial(p.Given) + "." + p.Family })},
		{"Bancroft, O.", Initial, forLatin(func(p *Person) string { return p.Family + ", " + initial(p.Given) + "." })},
		{"Bancroft O.", Initial, forLatin(func(p *Person) string { return p.Family + " " + initial(p.Given) + "." })},
		{"O. BANCROFT", Initial, forLatin(func(p *Person) string { return initial(p.Given) + ". " + strings.ToUpper(p.Family) })},

		{"Surname", Surname, spaced(func(p *Person) string { return p.Family })},
		{"SURNAME", Surname, forLatin(func(p *Person) string { return strings.ToUpper(p.Family) })},
		{"title and surname", Titled, func(p *Person) string { return p.Family }},
		{"Given", Given, func(p *Person) string { return p.Given }},

		{"given.family", Joined, forLatin(plainly(func(p *Person) string { return joined(p, ".") }))},
		{"given_family", Joined, forLatin(plainly(func(p *Person) string { return joined(p, "_") }))},
		{"given-family", Joined, forLatin(plainly(func(p *Person) string { return joined(p, "-") }))},
		{"GivenFamily", Joined, forLatin(func(p *Person) string {
			return strings.NewReplacer(" ", "", "-", "", "'", "", "’", "").Replace(p.Full())
		})},

		{"Polish genitive", Bent, func(p *Person) string {
			base, ok := strings.CutSuffix(p.Family, "ski")
			return when(ok && p.Locale == "pl", p.Given+"a "+base+"skiego")
		}},
	}
}

func addresses() []Spelling {
	return []Spelling{
		{"as recorded ", Email, func(p *Person) string { return p.Email }},
		{"upper case ", Email, func(p *Person) string { return strings.ToUpper(p.Email) }},
		{"Mixed.Case", Email, func(p *Person) string { return strings.ToUpper(p.Email[:1]) + p.Email[1:] }},
		{"with a tag", Email, func(p *Person) string { return strings.Replace(p.Email, "@", "+jobs@", 1) }},
		{"decomposed ", Email, func(p *Person) string { return when(norm.NFD.String(p.Email) != p.Email, norm.NFD.String(p.Email)) }},
		{"of nobody", Email, func(p *Person) string { return "someone" + strings.TrimLeft(p.Email, "abcdefghijklmnopqrstuvwxyz") }},
	}
}

func glued(f func(p *Person) string) func(p *Person) string {
	return func(p *Person) string {
		if !p.l.glued {
			return ""
		}
		return f(p)
	}
}

func when(ok bool, s string) string {
	if ok {
		return s
	}
	return ""
}

// initial is the first letter of a name.
func initial(name string) string {
	_, n := utf8.DecodeRuneInString(name)
	return name[:n]
}

// joined writes a name as file names and accounts have it.
func joined(p *Person, sign string) string {
	return strings.NewReplacer(" ", sign, "'", "", "’", "").Replace(strings.ToLower(Bare(p.Full())))
}

// softened puts an invisible hyphen into a name.
func softened(name string) string {
	_, n := utf8.DecodeRuneInString(name)
	return name[:n] + "\u00ad" + name[n:]
}

// particleOf parts "van der Berg" before its last word.
func particleOf(family string) (particle, base string) {
	i := strings.LastIndexByte(family, ' ')
	if i < 0 || !strings.ContainsRune("vdzto'p", rune(family[0])) || strings.Contains(family, " y ") {
		return "", family
	}
	return family[:i], family[i+1:]
}
