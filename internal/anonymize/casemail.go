package anonymize

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// E-mails are the same whatever their case, and yet a unique key may hold two
// that differ in nothing else. So the pseudonym follows the original: small
// letters, CAPITALS, One capital, Words.With.One each; any other spelling gets
// one that hangs on it, which none of these four is.

// respell gives an address in small letters the spelling that original has
// beside its normal form. Only ASCII letters are moved.
func (a *Anonymizer) respell(out, original, normal []byte) {
	if bytes.Equal(original, normal) {
		return
	}
	for _, like := range [...]func(at int, v []byte) bool{everyLetter, firstLetter, wordStart} {
		if spelledLike(original, normal, like) {
			for i := range out {
				if like(i, out) {
					out[i] = upperASCII(out[i])
				}
			}
			return
		}
	}
	draw, letters := a.unknown.Draw([]byte("case"), original), 0
	for i, c := range out {
		if c < 'a' || c > 'z' {
			continue
		}
		if letters++; letters == 2 || letters > 2 && draw&1 != 0 { // the first is small, the second is not
			out[i] = upperASCII(c)
		}
		if letters > 2 {
			draw = draw>>1 | draw<<63
		}
	}
}

// spelledLike reports whether original is normal with those letters raised
// that like names.
func spelledLike(original, normal []byte, like func(at int, v []byte) bool) bool {
	if len(original) != len(normal) {
		return false
	}
	for i, c := range normal {
		if like(i, normal) {
			c = upperASCII(c)
		}
		if original[i] != c {
			return false
		}
	}
	return true
}

func everyLetter(int, []byte) bool      { return true }
func firstLetter(at int, _ []byte) bool { return at == 0 }

// wordStart is a letter behind what is none, in front of the at sign.
func wordStart(at int, address []byte) bool {
	if at > 0 && (address[at-1] >= 'a' && address[at-1] <= 'z' || address[at-1] >= 'A' && address[at-1] <= 'Z') {
		return false
	}
	return at < bytes.IndexByte(address, '@')
}

func upperASCII(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// lengthClass says which form of e-mail fits a column: an e-mail has a long
// form, that of its person, and for shorter columns two that are drawn from the
// address itself, 60 bits of it, and so are as unique. Columns of one class
// agree with each other. It is noClass when even the shortest is too long.
func (c *compiler) lengthClass(r *ruleset.Rule, f Field) int {
	if r.Verb != "email" && r.Verb != "person.email" || f.MaxLen == 0 || c.lengths(r) <= f.MaxLen {
		return 0
	}
	parent := len(c.in.Rules.EmailDomain)
	switch {
	case f.MaxLen >= unknownLocal+1+8+1+parent:
		return shortLocal
	case f.MaxLen >= unknownLocal+1+len(anyDomain)+parent:
		return shortAddress
	}
	return noClass
}

// shorten gives an e-mail rule the form that its column has room for.
func (c *compiler) shorten(out *rule, r *ruleset.Rule, f Field) {
	if r.Verb == "list" {
		out, r = out.elem, r.Elem
	}
	if class := c.lengthClass(r, f); class > 0 {
		out.apply, _ = plain(shortEmail(class))(c, r)
	}
}

const (
	shortLocal   = 1 // "x-" and 12, at the domain's pseudonym
	shortAddress = 2 // the same at one domain for all
	noClass      = -1

	unknownLocal = 2 + 12
	anyDomain    = "d-0." // no domain's own pseudonym: that has six
)

// shortEmail is email for a column that is too short for the usual form.
func shortEmail(class int) apply {
	return func(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
		out, did, err := replaceShort(a, class, dst, v)
		if err != errForm {
			return out, did, err
		}
		return a.aroundEmails(dst, v, shortResolver{a, class})
	}
}

// shortResolver spells addresses in a short form.
type shortResolver struct {
	*Anonymizer
	class int
}

// Email implements text.Resolver.
func (s shortResolver) Email(dst, original []byte) []byte {
	out, did, err := replaceShort(s.Anonymizer, s.class, dst, original)
	switch {
	case err != nil: // an address to texts alone
		return s.Anonymizer.Email(dst, original)
	case did == kept:
		return append(dst, original...)
	}
	return out
}

// replaceShort replaces what is an address; anything else is errForm.
func replaceShort(a *Anonymizer, class int, dst, v []byte) ([]byte, outcome, error) {
	normal, ok := person.NormalEmail(a.small[:0], v)
	if a.small = normal; !ok {
		return dst, kept, errForm
	}
	at := bytes.IndexByte(normal, '@')
	if a.people.KeptDomain(string(normal[at+1:])) {
		return dst, kept, nil
	}
	lead, tail := blanks(v)
	dst = append(dst, lead...)
	start := len(dst)
	dst = append(person.AppendUnknownLocal(dst, a.unknown.Draw([]byte("email"), normal)), '@')
	if class == shortLocal {
		dst = a.appendDomain(dst, normal[at+1:])
	} else {
		dst = append(append(dst, anyDomain...), a.people.Domain()...)
	}
	a.respell(dst[start:], v[len(lead):len(v)-len(tail)], normal)
	return append(dst, tail...), changed, nil
}
