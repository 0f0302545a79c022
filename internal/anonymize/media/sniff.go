// What a file is. The content type and the extension are written by whoever
// uploaded the file and lie; the first bytes are what a program opens it by.

package media

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// Sniff tells the kind of a file from its first bytes: magic numbers first,
// then, for what reads as text, its form. The name decides only between text
// formats that look alike (CSV, plain text) and between the Office formats
// when head ends before the archive says which it is. head may be cut
// anywhere; 512 bytes are enough for most files, HeadBytes for all. A name may
// be a path; its extension is read without regard to case.
func Sniff(head []byte, name string) Kind {
	if len(head) > HeadBytes {
		head = head[:HeadBytes]
	}
	if k := sniffPicture(head); k != Unknown {
		return k
	}
	if k := sniffBinary(head); k != Unknown {
		return k
	}
	ext := strings.ToLower(path.Ext(name))
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return sniffZip(head, ext)
	}
	if bytes.HasPrefix(head, []byte("PK\x05\x06")) { // an archive without members
		return ZIP
	}
	return sniffText(head, ext)
}

func sniffPicture(head []byte) Kind {
	switch {
	case hasPrefix(head, "\x89PNG\r\n\x1a\n"):
		return PNG
	case hasPrefix(head, "\xff\xd8\xff"):
		return JPEG
	case hasPrefix(head, "GIF87a"), hasPrefix(head, "GIF89a"):
		return GIF
	case hasPrefix(head, "RIFF") && at(head, 8, "WEBP"):
		return WebP
	case isBMP(head):
		return BMP
	case hasPrefix(head, "II*\x00"), hasPrefix(head, "MM\x00*"):
		return TIFF
	case hasPrefix(head, "\x00\x00\x01\x00") && len(head) > 5 && head[4] != 0:
		return ICO
	case at(head, 4, "ftyp"):
		return sniffISO(head)
	}
	return Unknown
}

// isBMP wants more than the two letters BM, which begin many a text.
func isBMP(head []byte) bool {
	if !hasPrefix(head, "BM") || len(head) < 18 {
		return false
	}
	if binary.LittleEndian.Uint32(head[6:]) != 0 { // reserved
		return false
	}
	n := binary.LittleEndian.Uint32(head[14:]) // length of the second header
	return n >= 12 && n <= 256
}

// sniffISO tells a still picture from a film by the brand of its container.
func sniffISO(head []byte) Kind {
	for _, brand := range []string{"heic", "heix", "heim", "hevc", "mif1", "msf1", "avif", "avis"} {
		if at(head, 8, brand) {
			return HEIF
		}
	}
	return MP4
}

func sniffBinary(head []byte) Kind {
	switch {
	case hasPrefix(bytes.TrimLeft(trimBOM(head), " \t\r\n\x00"), "%PDF-"):
		return PDF
	case hasPrefix(head, `{\rtf`):
		return RTF
	case hasPrefix(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return OLE
	case hasPrefix(head, "\x1f\x8b"):
		return Gzip
	case hasPrefix(head, "7z\xbc\xaf\x27\x1c"):
		return SevenZip
	case hasPrefix(head, "Rar!\x1a\x07"):
		return RAR
	case at(head, 257, "ustar"):
		return Tar
	case hasPrefix(head, "RIFF") && at(head, 8, "WAVE"):
		return WAV
	case hasPrefix(head, "OggS"):
		return Ogg
	case hasPrefix(head, "\x1a\x45\xdf\xa3"):
		return WebM
	case hasPrefix(head, "fLaC"):
		return FLAC
	case hasPrefix(head, "ID3"), len(head) > 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[2]&0xf0 != 0xf0:
		return MP3 // layer III: the two layer bits are 01
	}
	return Unknown
}

// sniffZip tells the Office formats from other archives by the names of their
// members, which stand uncompressed before each. A member of the document
// proper may lie behind head; then the extension decides, but only in an
// archive that begins as an Office file does.
func sniffZip(head []byte, ext string) Kind {
	if len(head) < 30 {
		return ZIP
	}
	first := head[30:]
	first = first[:min(int(binary.LittleEndian.Uint16(head[26:])), len(first))]
	office := false
	for _, member := range []string{"[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/", "customXml/"} {
		office = office || bytes.HasPrefix(first, []byte(member))
	}
	if !office {
		return ZIP
	}
	for _, f := range []struct {
		member string
		kind   Kind
	}{{"word/", DOCX}, {"xl/", XLSX}, {"ppt/", PPTX}} {
		if hasMember(head, f.member) {
			return f.kind
		}
	}
	switch ext {
	case ".docx", ".docm", ".dotx":
		return DOCX
	case ".xlsx", ".xlsm", ".xltx":
		return XLSX
	case ".pptx", ".pptm", ".potx", ".ppsx":
		return PPTX
	}
	return ZIP
}

// hasMember reports whether a local header in head names a member in folder.
func hasMember(head []byte, folder string) bool {
	for {
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 {
			return false
		}
		if at(head, i+30, folder) {
			return true
		}
		head = head[i+4:]
	}
}

func hasPrefix(b []byte, prefix string) bool { return at(b, 0, prefix) }

func at(b []byte, offset int, want string) bool {
	return len(b) >= offset+len(want) && string(b[offset:offset+len(want)]) == want
}
