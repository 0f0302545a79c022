// The PDF stand-in: one A4 page with real offsets, which strict readers check.

package media

import (
	"bytes"
	"fmt"
	"strings"
)

// pdfColumns is the number of letters in a line of text: 80 letters of
// Helvetica 11 fit the page's width in every case but all capitals W.
const pdfColumns = 80

// pdf writes a PDF 1.4 file whose page shows note.
func pdf(note string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 11 Tf 14 TL 56 770 Td\n")
	for _, line := range wrap(pdfString(note), pdfColumns) {
		text.WriteString("(" + pdfEscape(line) + ") Tj T*\n")
	}
	text.WriteString("ET\n")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", text.Len(), text.String()),
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // high bytes tell transports that the file is binary
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return out.Bytes()
}

// pdfString converts to the page's encoding, one byte a letter; where that has
// no such letter a question mark stands.
func pdfString(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r < ' ' || r > 0xff || r >= 0x7f && r < 0xa0 {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// wrap breaks at blanks, and within a word that is longer than a line.
func wrap(s []byte, columns int) [][]byte {
	var lines [][]byte
	for len(s) > columns {
		cut := bytes.LastIndexByte(s[:columns+1], ' ')
		if cut <= 0 {
			lines = append(lines, s[:columns])
			s = s[columns:]
			continue
		}
		lines = append(lines, s[:cut])
		s = s[cut+1:]
	}
	return append(lines, s)
}

// pdfEscape makes the bytes of a string literal.
func pdfEscape(line []byte) string {
	var out strings.Builder
	for _, c := range line {
		switch {
		case c == '(' || c == ')' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c >= 0x80:
			fmt.Fprintf(&out, "\\%03o", c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
