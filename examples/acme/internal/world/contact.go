package world

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold writes a name in ASCII, as people do who have no other keyboard.
func Fold(s string) string {
	s = strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "æ", "ae", "Æ", "Ae", "œ", "oe", "đ", "d", "Đ", "D", "ı", "i").Replace(s)
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if r < unicode.MaxASCII {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// local makes one word of a name for an address: "de la Cruz" is delacruz.
func local(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(Fold(s)) {
		if unicode.IsLetter(r) || r == '-' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// email makes an address that nobody has, in the habits of real ones.
func (c *casting) email(p *Person, domain string) string {
	given, family, _ := strings.Cut(p.Latin, " ")
	if p.Locale == "es_ES" && c.r.IntN(2) == 0 {
		given = given[:1]
	}
	given, family = local(given), local(family)
	forms := []string{given + "." + family, given[:1] + "." + family, family + "." + given, given + family[:1], given + "_" + family}
	form := forms[0]
	if c.r.IntN(3) == 0 {
		form = pick(c.r, forms)
	}
	if c.r.IntN(60) == 0 {
		form += "+jobs"
	}
	for n := 2; ; n++ {
		address := form + "@" + domain
		if n > 2 {
			address = fmt.Sprintf("%s%d@%s", form, n-1, domain)
		}
		if !c.taken[address] {
			c.taken[address] = true
			return address
		}
	}
}

// phone makes a number that nobody has. When a country's pattern is used up
// the number grows an extension's length.
func (c *casting) phone(l locale) string {
	pattern := pick(c.r, list(l.phones))
	for try := 0; ; try++ {
		number := digits(c.r, pattern)
		if !c.taken[number] {
			c.taken[number] = true
			return number
		}
		if try%8 == 7 && len(pattern) < 22 {
			pattern += "#"
		}
	}
}

// digits fills the # of a pattern, the first of them never with 0.
func digits(r *rand.Rand, pattern string) string {
	out, first := []byte(pattern), true
	for i := range out {
		if out[i] == '#' {
			out[i] = byte('0' + r.IntN(10))
			if first && out[i] == '0' {
				out[i] = '1'
			}
			first = false
		}
	}
	return string(out)
}

// iban makes a valid IBAN of a layout such as "DE ####": country, then account.
func iban(r *rand.Rand, layout string) string {
	country, account, _ := strings.Cut(layout, " ")
	account = digits(r, account)
	var spelled strings.Builder
	for _, ch := range account + country + "00" {
		if ch >= 'A' && ch <= 'Z' {
			fmt.Fprintf(&spelled, "%d", ch-'A'+10)
		} else {
			spelled.WriteRune(ch)
		}
	}
	n, _ := new(big.Int).SetString(spelled.String(), 10)
	check := 98 - n.Mod(n, big.NewInt(97)).Int64()
	full := fmt.Sprintf("%s%02d%s", country, check, account)
	if r.IntN(2) == 0 {
		return full
	}
	var grouped []string // the way it is printed on paper
	for ; len(full) > 4; full = full[4:] {
		grouped = append(grouped, full[:4])
	}
	return strings.Join(append(grouped, full), " ")
}

// UUID draws a version 4 UUID.
func UUID(r *rand.Rand) string {
	var b [16]byte
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Token draws a credential of n characters.
func Token(r *rand.Rand, n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[r.IntN(len(letters))]
	}
	return string(out)
}
