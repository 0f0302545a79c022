package media

import (
	"bytes"
	"path"
	"strings"
)

// editOffice takes authors, times, marks of revisions and references to members
// that are gone out of the XML of an Office file. Tags are read as bytes;
// everything else stays.
func editOffice(s []byte, name string) ([]byte, error) {
	if !bytes.HasPrefix(trimBOM(s), []byte("<")) || bytes.Contains(s, []byte("<!DOCTYPE")) || bytes.Contains(s, []byte("<![CDATA[")) {
		return nil, ErrUnsupported{Kind: XML}
	}
	out := make([]byte, 0, len(s))
	for pos := 0; ; {
		i := bytes.IndexByte(s[pos:], '<')
		if i < 0 {
			return append(out, s[pos:]...), nil
		}
		out = append(out, s[pos:pos+i]...)
		pos += i
		if bytes.HasPrefix(s[pos:], []byte("<!--")) { // comments of programs, not of people: they say who wrote the file
			end := bytes.Index(s[pos:], []byte("-->"))
			if end < 0 {
				return nil, ErrTruncated{Kind: XML}
			}
			pos += end + 3
			continue
		}
		end := tagEnd(s, pos)
		if end < 0 {
			return nil, ErrTruncated{Kind: XML}
		}
		tag := s[pos:end]
		pos = end
		if goes(tag, name) {
			if pos = elementEnd(s, tag, pos); pos < 0 {
				return nil, ErrTruncated{Kind: XML}
			}
			continue
		}
		out = append(out, editTag(tag)...)
	}
}

// tagEnd returns the offset behind the > of a tag; quotes hide it.
func tagEnd(s []byte, pos int) int {
	quote := byte(0)
	for i := pos + 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// elementEnd returns where the element of a tag ends.
func elementEnd(s, tag []byte, pos int) int {
	if tag[len(tag)-2] == '/' || tag[1] == '/' {
		return pos
	}
	shut := []byte("</" + elementName(tag))
	for {
		i := bytes.Index(s[pos:], shut)
		if i < 0 {
			return -1
		}
		pos += i + len(shut)
		if pos < len(s) && (s[pos] == '>' || s[pos] <= ' ') {
			return tagEnd(s, pos-1)
		}
	}
}

// elementName returns the name of a tag, with its prefix.
func elementName(tag []byte) string {
	name := bytes.TrimPrefix(tag[1:], []byte("/"))
	if end := bytes.IndexAny(name, " \t\r\n/>"); end >= 0 {
		name = name[:end]
	}
	return string(name)
}

// local cuts the prefix of a name off.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// goes reports an element that is left out as a whole: a reference to a member
// that is gone, a mark of a comment, and what names a user or his disk.
func goes(tag []byte, member string) bool {
	switch local(elementName(tag)) {
	case "commentRangeStart", "commentRangeEnd", "commentReference", "rsids", "rsid", "absPath", "fileSharing", "legacyDrawing", "legacyDrawingHF",
		"documentProtection", "writeProtection", "attachedTemplate", "mailMerge", "saveThroughXslt", "docVars", "custDataLst", "custData", "tags":
		return true
	case "Override":
		return fateOf(strings.TrimPrefix(attribute(tag, "PartName"), "/")) == gone
	case "Relationship":
		if strings.EqualFold(attribute(tag, "TargetMode"), "External") {
			return !strings.Contains(attribute(tag, "Type"), "/hyperlink")
		}
		return fateOf(target(member, attribute(tag, "Target"))) == gone
	}
	return false
}

// target resolves what a relationship of a member points at.
func target(member, ref string) string {
	if strings.HasPrefix(ref, "/") {
		return ref[1:]
	}
	return path.Join(path.Dir(path.Dir(member)), ref)
}

// attribute returns the value of an attribute, "" without one.
func attribute(tag []byte, name string) string {
	for _, a := range attributes(tag) {
		if string(tag[a.start:a.name]) == name {
			return string(tag[a.name+2 : a.end-1])
		}
	}
	return ""
}

// span is one attribute of a tag: its name ends at name, all of it at end.
type span struct{ start, name, end int }

func attributes(tag []byte) (all []span) {
	for i := 1; i < len(tag); i++ {
		if tag[i] != '=' || i+1 >= len(tag) || tag[i+1] != '"' && tag[i+1] != '\'' {
			continue
		}
		start := i
		for start > 1 && bytes.IndexByte([]byte(" \t\r\n"), tag[start-1]) < 0 {
			start--
		}
		end := bytes.IndexByte(tag[i+2:], tag[i+1])
		if end < 0 {
			break
		}
		all = append(all, span{start, i, i + 2 + end + 1})
		i += 2 + end
	}
	return all
}

// editTag returns a tag without authors, times and marks of revisions.
func editTag(tag []byte) []byte {
	var out []byte
	pos, element := 0, local(elementName(tag))
	for _, a := range attributes(tag) {
		full := string(tag[a.start:a.name])
		name, quote := local(full), string(tag[a.name+1])
		switch {
		case name == "author" || name == "initials" || name == "userName" || name == "lastModifiedBy" || name == "userId":
			out = append(append(out, tag[pos:a.name]...), "="+quote+"removed"+quote...)
		case name == "date" && strings.Contains(full, ":"), name == "dateUtc":
			out = append(append(out, tag[pos:a.name]...), "="+quote+"2000-01-01T00:00:00Z"+quote...)
		case strings.HasPrefix(name, "rsid"), name == "paraId" || name == "textId" || name == "descr",
			name == "id" && element == "pageSetup": // of the printer's settings, which are gone
			out = append(out, bytes.TrimRight(tag[pos:a.start], " \t\r\n")...)
		default:
			continue
		}
		pos = a.end
	}
	if pos == 0 {
		return tag
	}
	return append(out, tag[pos:]...)
}
