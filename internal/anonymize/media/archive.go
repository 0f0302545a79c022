// The stand-ins that are archives: ZIP itself and the Office formats, whose
// members are in the text files of folder office.

package media

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"embed"
	"fmt"
	"io"
	"strings"
	"time"
)

// officeFiles holds one text file a format: a line "== path ==" before each
// member, the note's place marked {{note}}.
//
//go:embed office/*.txt
var officeFiles embed.FS

// member is one file of an archive.
type member struct{ name, body string }

// officeFile returns a DOCX, XLSX or PPTX with one page, sheet or slide that
// shows markup, which is escaped for XML.
func officeFile(k Kind, markup string) ([]byte, error) {
	text, err := officeFiles.ReadFile("office/" + string(k) + ".txt")
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var members []member
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "== "); ok {
			members = append(members, member{name: strings.TrimSuffix(name, " ==")})
			continue
		}
		if len(members) > 0 {
			members[len(members)-1].body += strings.ReplaceAll(line, "{{note}}", markup)
		}
	}
	for i := range members {
		members[i].body = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + members[i].body
	}
	return zipFile(members)
}

// zipFile packs the members in their order. They are deflated without
// compression: its bytes do not depend on the version of Go, and readers that
// stream accept it where they refuse stored members.
func zipFile(members []member) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	deflate, err := flate.NewWriter(nil, flate.NoCompression)
	if err != nil {
		return nil, fmt.Errorf("set up archive: %w", err)
	}
	w.RegisterCompressor(zip.Deflate, func(dst io.Writer) (io.WriteCloser, error) {
		deflate.Reset(dst) // one for all members: each is closed before the next
		return deflate, nil
	})
	for _, m := range members {
		f, err := w.CreateHeader(&zip.FileHeader{
			Name:     m.name,
			Method:   zip.Deflate,
			Modified: time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC),
		})
		if err != nil {
			return nil, fmt.Errorf("add member: %w", err)
		}
		if _, err := io.WriteString(f, m.body); err != nil {
			return nil, fmt.Errorf("write member: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("end archive: %w", err)
	}
	return out.Bytes(), nil
}
