package anonymize

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
)

// decimal is a number as it stands in text.
type decimal struct {
	n        float64
	decimals int  // shown behind the point
	exponent bool // written with one
}

// parseNumber reads a decimal number.
func parseNumber(v []byte) (decimal, error) {
	t := bytes.TrimSpace(v)
	n, err := strconv.ParseFloat(string(t), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) || bytes.ContainsAny(t, "xX_") {
		return decimal{}, errForm
	}
	d := decimal{n: n, exponent: bytes.ContainsAny(t, "eE")}
	if dot := bytes.IndexByte(t, '.'); dot >= 0 {
		for _, c := range t[dot+1:] {
			if c < '0' || c > '9' {
				break
			}
			d.decimals++
		}
	}
	return d, nil
}

// append writes another number in the same notation.
func (d decimal) append(dst []byte, n float64) []byte {
	if d.exponent {
		return strconv.AppendFloat(dst, n, 'g', -1, 64)
	}
	return strconv.AppendFloat(dst, n, 'f', d.decimals, 64)
}

// numeric makes a verb of a function on numbers. Text without a digit ("n/a")
// stays as it is, as text.
func numeric(fn func(a *Anonymizer, dst, v []byte, d decimal, who int32) []byte) apply {
	return func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
		d, err := parseNumber(v)
		if err != nil {
			if countDigits(v) == 0 {
				return a.freeText(dst, v, false)
			}
			return dst, kept, err
		}
		return fn(a, dst, v, d, who), changed, nil
	}
}

// makeNoise changes a number by up to a percentage, the same for the same
// person, or value, and field. It never gets more digits in front of the
// point, so it fits where it stood.
func makeNoise(_ *compiler, r *ruleset.Rule) (apply, error) {
	percent, err := strconv.ParseFloat(strings.TrimSuffix(r.Arg, "%"), 64)
	if err != nil || percent <= 0 || percent >= 100 {
		return nil, fmt.Errorf("noise wants a percentage such as 10%%")
	}
	return numeric(func(a *Anonymizer, dst, v []byte, d decimal, who int32) []byte {
		key := v
		if who != nobody {
			key = []byte(a.people.At(who).ID)
		}
		unit := float64(a.shift.Draw([]byte("noise"), key, v)>>11) / (1 << 53)
		change := percent / 100 * (2*unit - 1)
		start := len(dst)
		dst = d.append(dst, d.n*(1+change))
		if !d.exponent && change > 0 && wholeDigits(dst[start:]) > wholeDigits(bytes.TrimSpace(v)) {
			dst = d.append(dst[:start], d.n*(1-change))
		}
		return dst
	}), nil
}

func wholeDigits(v []byte) int {
	whole, _, _ := bytes.Cut(v, []byte("."))
	return countDigits(whole)
}

// makeBucket rounds a number down to a multiple.
func makeBucket(_ *compiler, r *ruleset.Rule) (apply, error) {
	width, err := strconv.ParseFloat(r.Arg, 64)
	if err != nil || width <= 0 {
		return nil, fmt.Errorf("bucket wants the width of a class such as 5")
	}
	return numeric(func(_ *Anonymizer, dst, _ []byte, d decimal, _ int32) []byte {
		return d.append(dst, math.Floor(d.n/width)*width)
	}), nil
}
