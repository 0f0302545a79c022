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
	mark, charset := charsetOf(v)
	if charset == nil || !document.Reads(media.Sniff(v, "")) {
		return fn(dst, v)
	}
	plain, err := recode(v[len(mark):], charset, false)
	if err != nil {
		return dst, kept, err
	}
	inner, did, err := fn(nil, plain)
	if err != nil || did != changed {
		return dst, did, err
	}
	coded, err := recode(inner, charset, true)
	return append(append(dst, mark...), coded...), changed, err
}
