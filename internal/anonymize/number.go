package anonymize

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// parseNumber reads a plain decimal number and how many decimals it shows.
func parseNumber(v []byte) (n float64, decimals int, err error) {
	n, err = strconv.ParseFloat(string(bytes.TrimSpace(v)), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, 0, errForm
	}
	if dot := bytes.IndexByte(v, '.'); dot >= 0 {
		decimals = len(bytes.TrimRight(v[dot+1:], " eE+-"))
	}
	return n, decimals, nil
}

func floorTo(n, width float64) float64 { return math.Floor(n/width) * width }

// applyDigits replaces all digits of a value one to one; everything else
// stays where it is.
func applyDigits(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	var digits []byte
	for _, c := range v {
		if c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	if len(digits) == 0 {
		return dst, kept, nil
	}
	for i := 0; i < len(digits); i += 36 { // longer ones in pieces
		permuteDigits(a.format, digits[i:min(i+36, len(digits))])
	}
	for _, c := range v {
		if c >= '0' && c <= '9' {
			c, digits = digits[0], digits[1:]
		}
		dst = append(dst, c)
	}
	return dst, changed, nil
}

// applyUUID replaces a UUID by another of version 4, in the same spelling:
// hyphens and case stay.
func applyUUID(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	normal, err := parseUUID(nil, bytes.TrimSpace(v))
	if err != nil {
		return dst, kept, err
	}
	sum := a.format.Sum([]byte("uuid"), normal)
	sum[6], sum[8] = sum[6]&0x0F|0x40, sum[8]&0x3F|0x80
	digits := hex.AppendEncode(nil, sum[:16])
	if bytes.ContainsAny(v, "ABCDEF") {
		digits = bytes.ToUpper(digits)
	}
	for _, c := range v {
		if isHex(c) {
			c, digits = digits[0], digits[1:]
		}
		dst = append(dst, c)
	}
	return dst, changed, nil
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// applyIBAN replaces the digits of the account part one to one and recomputes
// the check digits (ISO 7064, mod 97-10). Country and letters stay.
func applyIBAN(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	compact := strings.ToUpper(strings.ReplaceAll(string(bytes.TrimSpace(v)), " ", ""))
	if len(compact) < 15 || len(compact) > 34 || !isLetter(compact[0]) || !isLetter(compact[1]) {
		return a.shortNumber(dst, v, who)
	}
	account, _, err := applyDigits(a, nil, []byte(compact[4:]), who)
	if err != nil || len(account) == 0 {
		return dst, kept, errForm
	}
	check := 98 - mod97(string(account)+compact[:2]+"00")
	fresh := fmt.Sprintf("%s%02d%s", compact[:2], check, account)
	for _, c := range v {
		if c != ' ' {
			c, fresh = fresh[0], fresh[1:]
		}
		dst = append(dst, c)
		if len(fresh) == 0 {
			break
		}
	}
	return dst, changed, nil
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

// mod97 returns the number spelled by digits and letters (A is 10) modulo 97.
func mod97(s string) int {
	rest := 0
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest
}

// makeShift moves a date by up to so many days, never by none, the same for
// everything of one person; without a person, the same for the whole tenant.
func makeShift(_ *compiler, r *ruleset.Rule) (apply, error) {
	days, err := strconv.Atoi(strings.TrimSuffix(r.Arg, "d"))
	if err != nil || days < 1 {
		return nil, fmt.Errorf("shift wants a number of days such as 30d")
	}
	return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
		key := []byte("tenant")
		if who != nobody {
			key = []byte(a.people.At(who).ID)
		}
		by := int(a.shift.Draw(key)%uint64(2*days)) - days // −days … days−1
		if by >= 0 {
			by++
		}
		return shiftDate(dst, v, by)
	}, nil
}

// shiftDate moves the date at the start of an ISO 8601 text; time and zone
// behind it stay as they are.
func shiftDate(dst, v []byte, days int) ([]byte, outcome, error) {
	if len(bytes.TrimSpace(v)) == 0 {
		return dst, kept, nil
	}
	if len(v) < len(dateLayout) {
		return dst, kept, errForm
	}
	t, err := time.Parse(dateLayout, string(v[:len(dateLayout)]))
	if err != nil {
		return dst, kept, errForm
	}
	dst = t.AddDate(0, 0, days).AppendFormat(dst, dateLayout)
	return append(dst, v[len(dateLayout):]...), changed, nil
}
