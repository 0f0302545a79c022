package anonymize

import (
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/packed"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// inUTF8 lets fn read a text that is in another charset than UTF-8, and writes
// what comes of it in that charset. What is no text of any goes to fn as it is.
func (a *Anonymizer) inUTF8(dst, v []byte, fn rewriting) ([]byte, outcome, error) {
	if utf8.Valid(v) || text.Compressed(v) || packed.Find(v) != packed.None || packed.Foreign(v) != "" {
		return fn(dst, v)
	}
	kind := media.Sniff(v, "")
	if !document.Reads(kind) {
		return fn(dst, v)
	}
	did := kept
	out, err := document.Recode(kind, v, func(plain []byte) (out []byte, err error) {
		if out, did, err = fn(nil, plain); did != changed {
			return plain, err
		}
		return out, err
	})
	if err != nil || did != changed {
		return dst, did, err
	}
	return append(dst, out...), changed, nil
}
