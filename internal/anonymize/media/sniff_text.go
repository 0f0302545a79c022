// The second half of Sniff: which text format a file without a magic number
// is.

package media

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

func sniffText(head []byte, ext string) Kind {
	if len(head) == 0 || !isText(head) {
		return Unknown
	}
	body := bytes.TrimLeft(trimBOM(head), " \t\r\n\f")
	lower := bytes.ToLower(body[:min(len(body), 1024)])
	switch {
	case hasPrefix(lower, "<!doctype html"), hasPrefix(lower, "<html"):
		return HTML
	case hasPrefix(lower, "<svg"), hasPrefix(lower, "<?xml") && bytes.Contains(lower, []byte("<svg")):
		return SVG
	case hasPrefix(lower, "<?xml"):
		return XML
	case hasPrefix(lower, "begin:vcalendar"):
		return ICS
	case hasPrefix(lower, "begin:vcard"):
		return VCard
	case isMail(lower):
		return EML
	case isJSON(body):
		return JSON
	}
	return textByName(ext)
}

// textByName is the fallback for text formats without a form of their own.
func textByName(ext string) Kind {
	switch ext {
	case ".csv", ".tsv":
		return CSV
	case ".json", ".ndjson", ".jsonl":
		return JSON
	case ".xml":
		return XML
	case ".html", ".htm":
		return HTML
	case ".eml":
		return EML
	}
	return Text
}

// isText accepts UTF-8, UTF-16 with its mark and the one-byte encodings of old
// office programs: what it asks for is the absence of control characters.
func isText(head []byte) bool {
	if hasPrefix(head, "\xff\xfe") || hasPrefix(head, "\xfe\xff") {
		return true
	}
	high := false
	for _, c := range head {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b || c == 0x7f {
			return false
		}
		high = high || c >= 0x80
	}
	if !high || utf8.Valid(head[:wholeRunes(head)]) {
		return true
	}
	// Not UTF-8. A one-byte text is mostly ASCII; packed data is not.
	var ascii int
	for _, c := range head {
		if c < 0x80 {
			ascii++
		}
	}
	return ascii*4 >= len(head)*3
}

// wholeRunes is the length of head without a rune that its end has cut.
func wholeRunes(head []byte) int {
	for i := 1; i <= utf8.UTFMax && i <= len(head); i++ {
		if utf8.RuneStart(head[len(head)-i]) {
			if utf8.FullRune(head[len(head)-i:]) {
				break
			}
			return len(head) - i
		}
	}
	return len(head)
}

// isJSON reports whether body reads as JSON objects or arrays as far as it
// goes. A log that begins with a bracket does not.
func isJSON(body []byte) bool {
	if len(body) == 0 || body[0] != '{' && body[0] != '[' {
		return false
	}
	body = body[:min(len(body), 4096)]
	dec := json.NewDecoder(bytes.NewReader(body[:wholeRunes(body)]))
	dec.UseNumber()
	for {
		if _, err := dec.Token(); err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

// isMail reports whether a text begins with a header that only mail has.
func isMail(lower []byte) bool {
	for _, h := range []string{"return-path:", "received:", "delivered-to:", "mime-version:", "message-id:"} {
		if hasPrefix(lower, h) {
			return true
		}
	}
	return (hasPrefix(lower, "from:") || hasPrefix(lower, "date:") || hasPrefix(lower, "subject:") || hasPrefix(lower, "to:")) &&
		(bytes.Contains(lower, []byte("\nmime-version:")) || bytes.Contains(lower, []byte("\nmessage-id:")))
}

func trimBOM(b []byte) []byte { return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) }
