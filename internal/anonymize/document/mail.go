package document

import (
	"bytes"
	"mime"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// This room reads mail (RFC 5322, MIME): headers, parts within parts, each in
// its transfer encoding and charset. A part in which nothing is found keeps its
// bytes. Received lines stay, with whom they name replaced. Signatures over a
// message that changes (DKIM, ARC, and the results of checking them) are left
// out: they would no longer hold, and are a fingerprint of the original.

// deepestPart is how many multiparts may stand within each other.
const deepestPart = 16

// entity is a message or a part of one.
type entity struct {
	fields []field
	blank  []byte // the line between header and body
	body   []byte

	kind   string // media type, in lower case
	params map[string]string
	coding string // transfer encoding, in lower case
	name   string // of a file
}

// mail rewrites a message.
func (r *Rewriter) mail(s []byte) ([]byte, error) { return r.entity(s, 0) }

func (r *Rewriter) entity(s []byte, level int) ([]byte, error) {
	e, ok := readEntity(s)
	if !ok || level > deepestPart {
		return nil, ErrMalformed
	}
	boundary, fresh := e.params["boundary"], ""
	var body []byte
	var err error
	coding := e.coding
	if strings.HasPrefix(e.kind, "multipart/") {
		if boundary == "" {
			return nil, ErrMalformed
		}
		fresh = r.boundary(boundary)
		body, err = r.parts(e.body, boundaries{boundary, fresh}, level)
	} else {
		body, coding, err = r.leaf(e)
	}
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(s)+256)
	same := bytes.Equal(body, e.body)
	for i := range e.fields {
		f := &e.fields[i]
		value := r.field(f, e)
		if boundary != fresh && fresh != "" && f.name == "content-type" {
			value = bytes.ReplaceAll(value, []byte(boundary), []byte(fresh))
		}
		if coding != e.coding && f.name == "content-transfer-encoding" {
			value = []byte(" " + coding + "\r\n")
		}
		same = same && bytes.Equal(value, f.value)
		f.value = value
	}
	if same {
		return s, nil
	}
	for i := range e.fields {
		out = e.fields[i].write(out, e.body, body)
	}
	if coding != e.coding && e.coding == "" {
		out = append(out, "Content-Transfer-Encoding: "+coding+"\r\n"...)
	}
	return append(append(out, e.blank...), body...), nil
}

// boundary returns a boundary without anybody in it.
func (r *Rewriter) boundary(b string) string {
	edits := r.f.Edits([]byte(b), false)
	if len(edits) == 0 {
		return b
	}
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '=' || c == '+' {
			return c
		}
		return '_'
	}, string(apply([]byte(b), edits)))
}

// readEntity cuts header and body; ok is false for a header that is none.
func readEntity(s []byte) (e *entity, ok bool) {
	e = &entity{kind: "text/plain", params: map[string]string{}}
	pos := 0
	for pos < len(s) {
		end, next := lineEnd(s, pos)
		if end == pos {
			e.blank, pos = s[pos:next], next
			break
		}
		for next < len(s) && (s[next] == ' ' || s[next] == '\t') {
			_, next = lineEnd(s, next)
		}
		f, ok := readField(s[pos:next], pos == 0)
		if !ok {
			return nil, false
		}
		e.fields = append(e.fields, f)
		pos = next
	}
	e.body = s[pos:]
	return e, e.describe()
}

// describe reads what the header says about the body.
func (e *entity) describe() bool {
	for i := range e.fields {
		value := string(bytes.TrimSpace(unfoldField(e.fields[i].value)))
		switch e.fields[i].name {
		case "content-type":
			kind, params, err := mime.ParseMediaType(value)
			if err != nil && err != mime.ErrInvalidMediaParameter {
				kind, params = "application/octet-stream", map[string]string{}
			}
			e.kind, e.params = kind, params
			if e.name == "" {
				e.name = params["name"]
			}
		case "content-disposition":
			if _, params, err := mime.ParseMediaType(value); err == nil && params["filename"] != "" {
				e.name = params["filename"]
			}
		case "content-transfer-encoding":
			e.coding = strings.ToLower(value)
		}
	}
	return true
}

// boundaries are the boundary of a body in parts, and the one written.
type boundaries struct{ old, fresh string }

// parts rewrites a body in parts. One that does not end is malformed.
func (r *Rewriter) parts(s []byte, m boundaries, level int) ([]byte, error) {
	delim := []byte("--" + m.old)
	var out []byte
	preamble := true
	for pos := 0; ; {
		at, next, last := nextDelimiter(s, pos, delim)
		if at < 0 {
			return nil, ErrMalformed
		}
		part := s[pos:at]
		if preamble {
			out = append(out, apply(part, r.f.Edits(part, false))...)
		} else {
			body, eol := cutEOL(part)
			fresh, err := r.entity(body, level+1)
			if err != nil {
				return nil, err
			}
			out = append(append(out, fresh...), eol...)
		}
		preamble = false
		out = append(append(append(out, "--"...), m.fresh...), s[at+len(delim):next]...)
		if pos = next; last {
			return append(out, apply(s[pos:], r.f.Edits(s[pos:], false))...), nil
		}
	}
}

// nextDelimiter finds the next line with the boundary.
func nextDelimiter(s []byte, pos int, delim []byte) (at, next int, last bool) {
	for pos < len(s) {
		i := bytes.Index(s[pos:], delim)
		if i < 0 {
			break
		}
		at = pos + i
		end, next := lineEnd(s, at)
		rest := bytes.TrimRight(s[at+len(delim):end], " \t")
		if last = string(rest) == "--"; (last || len(rest) == 0) && (at == 0 || s[at-1] == '\n') {
			return at, next, last
		}
		pos = at + 1
	}
	return -1, 0, false
}

// cutEOL cuts the end of line off that belongs to a delimiter.
func cutEOL(s []byte) (body, eol []byte) {
	n := len(s)
	if n > 0 && s[n-1] == '\n' {
		n--
		if n > 0 && s[n-1] == '\r' {
			n--
		}
	}
	return s[:n], s[n:]
}

// leaf rewrites the body of a part that holds no parts, and returns the
// transfer encoding in which it stands then.
func (r *Rewriter) leaf(e *entity) (body []byte, coding string, err error) {
	if len(bytes.TrimSpace(e.body)) == 0 {
		return e.body, e.coding, nil
	}
	switch e.coding {
	case "base64":
		plain, ok := unbase64(e.body)
		if !ok {
			return nil, "", ErrMalformed
		}
		fresh := r.content(e, plain)
		if bytes.Equal(fresh, plain) {
			return e.body, e.coding, nil
		}
		end, next := lineEnd(e.body, 0)
		eol := e.body[end:next]
		if len(eol) == 0 {
			eol = []byte("\r\n")
		}
		return base64Lines(fresh, 76, eol), e.coding, nil
	case "quoted-printable", "7bit", "8bit", "binary", "":
	default:
		r.replaced++
		return []byte("removed\r\n"), "7bit", nil
	}
	if e.isText() {
		if body, ok := r.inPlace(e); ok {
			return body, e.coding, nil
		}
	}
	plain := e.body
	if e.coding == "quoted-printable" {
		plain = unquote(e.body).text
	}
	fresh := r.content(e, plain)
	switch {
	case bytes.Equal(fresh, plain):
		return e.body, e.coding, nil
	case e.coding == "quoted-printable":
		return wrapQuoted(quote(fresh, false), nil, 0), e.coding, nil
	case isASCII(fresh) || e.coding == "8bit" && bytes.IndexByte(fresh, 0) < 0 || e.coding == "binary":
		return fresh, e.coding, nil
	}
	return base64Lines(fresh, 76, []byte("\r\n")), "base64", nil
}

// isText reports a part that is shown as it is, and no file.
func (e *entity) isText() bool {
	return e.kind == "text/html" || (e.kind == "text/plain" || e.kind == "text/enriched") && e.name == ""
}

// charset returns the charset of a text; ok is false for one nobody knows.
func (e *entity) charset(plain []byte) (c charset, ok bool) {
	kind := media.Text
	if c.html = e.kind == "text/html"; c.html {
		kind = media.HTML
	}
	if label := e.params["charset"]; label != "" {
		if c.codec, ok = named(label); !ok {
			return c, false
		}
		if _, good := c.decode(plain); good {
			return c, true
		}
	}
	return charsetOf(kind, plain), true
}

// content rewrites a decoded body by what it is.
func (r *Rewriter) content(e *entity, plain []byte) []byte {
	kind := media.Text
	switch {
	case e.kind == "text/html":
		kind = media.HTML
	case e.isText():
	case strings.Contains(e.kind, "pkcs7"), strings.Contains(e.kind, "pgp"): // names its signer where no text shows it
		return r.standIn(media.Unknown, plain)
	default:
		return r.file(e, plain)
	}
	c, ok := e.charset(plain)
	if !ok {
		return r.standIn(kind, plain)
	}
	out, err := c.recode(plain, func(s []byte) ([]byte, error) {
		if kind == media.HTML {
			return r.html(s)
		}
		return r.plain(s)
	})
	if err != nil {
		return r.standIn(kind, plain)
	}
	return out
}

// file rewrites an attachment.
func (r *Rewriter) file(e *entity, plain []byte) []byte {
	switch e.kind {
	case "message/rfc822", "message/global":
		return r.inner(media.EML, plain)
	case "text/calendar":
		return r.inner(media.ICS, plain)
	case "text/vcard", "text/x-vcard", "text/directory":
		return r.inner(media.VCard, plain)
	case "text/csv":
		return r.inner(media.CSV, plain)
	}
	return r.part(plain, e.name)
}

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= 0x80 || c == 0 {
			return false
		}
	}
	return true
}
