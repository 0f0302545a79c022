package anonymize

import (
	"bytes"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/document"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// maxText is the largest body that is rewritten as text or JSON, in bytes:
// such a body is held in memory.
const maxText = 32 << 20

// Body makes the body of the object that was begun last: the original, as a
// stream, for a keep rule; a generated or rewritten one for any other. It
// reads no more of the original than the rule needs, and closes it, except
// for a keep rule, where the caller closes what source returned.
func (a *Anonymizer) Body(source func() (io.ReadCloser, error)) (CleanBody, error) {
	or := a.object
	if or.body.verb == "keep" {
		r, err := source()
		return CleanBody{r: r, size: a.raw.Size, typ: a.raw.Type}, err
	}
	body, err := source()
	if err != nil {
		return CleanBody{}, err
	}
	defer body.Close()
	limit := int64(maxText) + 1
	generated := or.body.verb == "avatar" || or.body.verb == "placeholder"
	if generated {
		limit = media.HeadBytes
	}
	if !generated && a.raw.Size > maxText {
		return CleanBody{}, a.tooLarge(or)
	}
	all, err := io.ReadAll(io.LimitReader(body, limit))
	switch {
	case err != nil:
		return CleanBody{}, err
	case generated:
		return a.generated(or, all)
	case len(all) > maxText: // the listing said less
		return CleanBody{}, a.tooLarge(or)
	}
	return a.rewritten(or, all)
}

func (a *Anonymizer) tooLarge(or *objectRule) error {
	return &report.Error{Code: report.Incompatible, Store: or.at.store, Op: "rewrite a body of " + or.at.group, Err: errForm,
		Hint: "a body over 32 MB cannot be rewritten as text; use placeholder, drop or keep"}
}

// generated makes a body that holds nothing of the original.
func (a *Anonymizer) generated(or *objectRule, head []byte) (CleanBody, error) {
	var out bytes.Buffer
	kind := media.Sniff(head, a.raw.Name)
	if or.body.verb == "avatar" {
		h, err := media.ReadHeader(head)
		if err == nil {
			err = media.Avatar(&out, h, a.portrait(a.person(or.body), []byte(a.raw.Name)))
		}
		if err == nil {
			return a.body(out.Bytes(), true), nil
		}
		out.Reset() // no picture, or one too large to draw: a stand-in, never the original
	}
	if err := media.Placeholder(&out, kind, placeholderTitle); err != nil {
		return CleanBody{}, a.failed(or.body, err)
	}
	return a.body(out.Bytes(), true), nil
}

func (a *Anonymizer) body(b []byte, count bool) CleanBody {
	if count {
		a.counts.Changed++
	}
	return CleanBody{r: bytes.NewReader(b), size: int64(len(b)), typ: contentType(a.raw.Type)}
}

// rewritten passes a whole body through a text, scan, strip or json rule. What
// such a rule cannot read becomes a stand-in, never the original.
func (a *Anonymizer) rewritten(or *objectRule, all []byte) (CleanBody, error) {
	head := all[:min(len(all), media.HeadBytes)]
	kind := media.Sniff(head, a.raw.Name)
	switch {
	case len(all) == 0:
		return a.body(nil, false), nil
	case or.body.verb == "strip":
		return a.stripped(or, all)
	case or.body.json != nil && document.Reads(kind):
		return a.byPath(or, all)
	case !document.Reads(kind):
		return a.fallback(or, head)
	case kind == media.Text && or.body.markup:
		kind = media.HTML
	}
	out, standIns, err := document.New(&finder{a: a, own: slices.Clone(a.named)}).Rewrite(kind, all)
	if err != nil {
		return a.fallback(or, head)
	}
	a.count(outcomeOf(all, out))
	b := a.body(out, false)
	b.standIns = standIns
	return b, nil
}

// stripped takes the metadata out of a body.
func (a *Anonymizer) stripped(or *objectRule, all []byte) (CleanBody, error) {
	out, err := media.Strip(all)
	if err != nil {
		return a.fallback(or, all[:min(len(all), media.HeadBytes)])
	}
	b := a.body(out, true)
	b.original = true
	return b, nil
}

func outcomeOf(before, after []byte) outcome {
	if bytes.Equal(before, after) {
		return kept
	}
	return changed
}

// fallback makes the stand-in for a body that its rule cannot read.
func (a *Anonymizer) fallback(or *objectRule, head []byte) (CleanBody, error) {
	b, err := a.generated(or, head)
	b.standIns = 1
	return b, err
}

// byPath passes a body of JSON through a json rule, in UTF-8 and back.
func (a *Anonymizer) byPath(or *objectRule, all []byte) (CleanBody, error) {
	mark, charset := charsetOf(all)
	plain, err := recode(all[len(mark):], charset, false)
	if err != nil {
		return CleanBody{}, a.failed(or.body, err)
	}
	c, _, err := a.element(or.body, plain)
	if err != nil {
		return CleanBody{}, err
	}
	out, err := recode(c.b, charset, true)
	if err != nil {
		return CleanBody{}, a.failed(or.body, err)
	}
	return a.body(append(bytes.Clone(mark), out...), false), nil
}

// recode brings a text from a charset to UTF-8, or back; nil is UTF-8.
func recode(b []byte, charset encoding.Encoding, back bool) (out []byte, err error) {
	switch {
	case charset == nil:
		return b, nil
	case back:
		out, err = encoding.ReplaceUnsupported(charset.NewEncoder()).Bytes(b)
	default:
		out, err = charset.NewDecoder().Bytes(b)
	}
	return out, badForm(err)
}

// charsetOf finds the byte order mark of a text and how it is encoded; nil
// means UTF-8. Without a mark, what is not UTF-8 is taken for Windows-1252,
// of which Latin-1 is a part.
func charsetOf(b []byte) (mark []byte, charset encoding.Encoding) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		return b[:3], nil
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return b[:2], unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return b[:2], unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case !utf8.Valid(b):
		return nil, charmap.Windows1252
	}
	return nil, nil
}
