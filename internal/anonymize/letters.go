package anonymize

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// longestLabel is how far into a text the colon of its first line stands where
// the text is a mail, a calendar or a card: that of mime-version, and blanks.
const longestLabel = 24

// letter tells which format a text has that folds lines or encodes names in a
// way that only its own reader undoes: a mail, a calendar or a card. Any other
// is Unknown.
func letter(v []byte) media.Kind {
	if bytes.IndexByte(v[:min(len(v), longestLabel)], ':') < 0 || bytes.IndexByte(v, '\n') < 0 {
		return media.Unknown
	}
	switch kind := media.Sniff(v, ""); kind {
	case media.EML, media.ICS, media.VCard:
		return kind
	}
	return media.Unknown
}

// letter rewrites a text by its format, as a body of the blob store; ok is
// false for one that breaks it. What is not ASCII and says that it is in
// another charset has been decoded by whoever stored it as text: its own word
// is wrong then.
func (a *Anonymizer) letter(kind media.Kind, v []byte) (out []byte, ok bool) {
	if !text.IsASCII(v) && !ownCharset(v) {
		return nil, false
	}
	out, _, err := document.New(&finder{a: a, own: slices.Clone(a.named)}).Rewrite(kind, v)
	return out, err == nil && utf8.Valid(out)
}

// ownCharset reports a text that names no charset but UTF-8.
func ownCharset(v []byte) bool {
	lower := bytes.ToLower(v)
	for {
		_, after, found := bytes.Cut(lower, []byte("charset="))
		if !found {
			return true
		}
		if lower = bytes.TrimLeft(after, `"'`); !bytes.HasPrefix(lower, []byte("utf-8")) && !bytes.HasPrefix(lower, []byte("us-ascii")) {
			return false
		}
	}
}
