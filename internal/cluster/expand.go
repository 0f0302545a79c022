package cluster

import (
	"errors"
	"strings"
)

// longestValue bounds a value that is made of others: each may stand in the
// next one many times.
const longestValue = 1 << 20

var errTooLong = errors.New("its value is longer than 1 MB")

// expand replaces $(NAME) as the kubelet does: $$ is a dollar that begins no
// reference, and a name that lookup does not know stays as it is.
func expand(text string, lookup func(name string) (value string, ok bool, err error)) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		end := strings.IndexByte(after, ')')
		switch {
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "(") && end > 0:
			name := after[1:end]
			value, ok, err := lookup(name)
			if err != nil {
				return "", err
			}
			if !ok {
				value = "$(" + name + ")"
			}
			b.WriteString(value)
			text = after[end+1:]
		default:
			b.WriteByte('$')
			text = after
		}
		if b.Len() > longestValue {
			return "", errTooLong
		}
	}
}
