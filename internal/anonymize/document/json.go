package document

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// json rewrites one JSON value, or one a line, as logs and exports have them.
func (r *Rewriter) json(s []byte) ([]byte, error) {
	if len(bytes.TrimSpace(s)) == 0 {
		return s, nil
	}
	if out, err := r.value(s); err == nil {
		return out, nil
	}
	out, changed := make([]byte, 0, len(s)), false
	for line := range bytes.Lines(s) {
		if len(bytes.TrimSpace(line)) == 0 {
			out = append(out, line...)
			continue
		}
		next, err := r.value(line)
		if err != nil {
			return nil, ErrMalformed
		}
		changed = changed || !bytes.Equal(next, line)
		out = append(out, next...)
	}
	if !changed {
		return s, nil
	}
	return out, nil
}

// value rewrites the keys, the strings and the numbers of one JSON value.
func (r *Rewriter) value(s []byte) ([]byte, error) {
	return text.Rewrite(nil, s, func(t *text.Token) (text.Action, []byte, error) {
		switch t.Type {
		case text.String:
		case text.Number:
			if fresh := r.f.Number(t.Value); fresh != nil {
				return text.SetRaw, fresh, nil
			}
			return text.Keep, nil, nil
		default:
			return text.Keep, nil, nil
		}
		edits := r.f.Edits(t.Value, bytes.IndexByte(t.Value, '<') >= 0)
		if len(edits) == 0 {
			return text.Keep, nil, nil
		}
		return text.SetText, apply(t.Value, edits), nil
	})
}
