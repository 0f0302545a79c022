// Stand-ins for documents: the smallest valid file of the same kind, which
// says that its content was removed.

package media

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"io"
	"strings"
	"unicode"
)

// removed is what every stand-in that holds text says.
const removed = "tenantcopy removed the content of this file"

// maxTitle is the number of letters of a title that are shown.
const maxTitle = 120

// Placeholder writes a valid file of kind k to dst that says that tenantcopy
// removed the content. The title, which may be empty, is shown in it and must
// be clean: a pseudonymised file name, say. It is cut to 120 letters, and
// control characters are left out. Pictures are flat and grey, 64 pixels
// square. A kind that has no stand-in of its own (films, sound, old Office
// files, unknown) becomes a line of plain text. Equal arguments give equal
// bytes. The only errors are dst's.
func Placeholder(dst io.Writer, k Kind, title string) error {
	body, err := standIn(k, note(title))
	if err != nil {
		return fmt.Errorf("make placeholder of kind %s: %w", k, err)
	}
	if _, err := dst.Write(body); err != nil {
		return fmt.Errorf("write placeholder: %w", err)
	}
	return nil
}

// standIn returns the whole file; each is a few kilobytes.
func standIn(k Kind, note string) ([]byte, error) {
	markup := html.EscapeString(note) // numbered quotes: valid in XML too
	switch k {
	case PNG, JPEG, GIF, WebP:
		return flat(k)
	case PDF:
		return pdf(note), nil
	case DOCX, XLSX, PPTX:
		return officeFile(k, markup)
	case ZIP:
		return zipFile([]member{{"README.txt", note + "\n"}})
	case CSV:
		return csvFile(note)
	case JSON:
		return jsonFile(note)
	case Gzip:
		return gzipFile(note)
	case XML:
		return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<note>" + markup + "</note>\n"), nil
	case HTML:
		return []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Removed</title></head><body><p>` +
			markup + "</p></body></html>\n"), nil
	case SVG:
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><title>` + markup +
			`</title><rect width="64" height="64" fill="#cccccc"/></svg>` + "\n"), nil
	case RTF:
		return rtf(note), nil
	case EML:
		return []byte("From: removed@example.com\r\nTo: removed@example.com\r\nDate: Sat, 01 Jan 2000 00:00:00 +0000\r\n" +
			"Subject: Removed\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
			"Content-Transfer-Encoding: 8bit\r\n\r\n" + note + "\r\n"), nil
	case ICS:
		return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tenantcopy//removed//EN\r\nBEGIN:VTODO\r\nUID:removed\r\n" +
			"DTSTAMP:20000101T000000Z\r\nSUMMARY:Removed\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"), nil
	case VCard:
		return []byte("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Removed;;;;\r\nFN:Removed\r\nEND:VCARD\r\n"), nil
	}
	return []byte(note + "\n"), nil
}

// note is the sentence that stands in the file, on one line.
func note(title string) string {
	var out strings.Builder
	letters := 0
	for word := range strings.FieldsSeq(strings.ToValidUTF8(title, "")) {
		begun := false
		for _, r := range word {
			if letters == maxTitle || !unicode.IsPrint(r) {
				continue
			}
			if !begun && letters > 0 {
				out.WriteByte(' ')
			}
			out.WriteRune(r)
			letters, begun = letters+1, true
		}
	}
	if letters == 0 {
		return removed + "."
	}
	return removed + ": " + out.String()
}

func flat(k Kind) ([]byte, error) {
	palette := make(color.Palette, shades)
	for i := range palette {
		palette[i] = color.RGBA{0xcc, 0xcc, 0xcc, 0xff}
	}
	var out bytes.Buffer
	err := encode(&out, k, image.NewPaletted(image.Rect(0, 0, 64, 64), palette))
	return out.Bytes(), err
}

func csvFile(note string) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	err := w.WriteAll([][]string{{"note"}, {note}})
	return out.Bytes(), err
}

func jsonFile(note string) ([]byte, error) {
	out, err := json.Marshal(map[string]string{"note": note})
	return append(out, '\n'), err
}

func gzipFile(note string) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, note+"\n"); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// rtf writes every letter beyond ASCII as a 16-bit number with a question mark
// for old readers.
func rtf(note string) []byte {
	var out strings.Builder
	out.WriteString(`{\rtf1\ansi\deff0{\fonttbl{\f0 Helvetica;}}\f0 `)
	for _, r := range note {
		switch {
		case r == '\\' || r == '{' || r == '}':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < 0x80:
			out.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&out, `\u%d?`, int16(r))
		default:
			out.WriteByte('?')
		}
	}
	out.WriteString("\\par}\n")
	return []byte(out.String())
}
