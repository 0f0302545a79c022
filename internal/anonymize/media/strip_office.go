package media

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"strings"
	"time"
)

// The limits of an Office file that is stripped.
const (
	maxMembers  = 10_000
	maxUnpacked = 256 << 20 // bytes of all members together
)

// officeFate is what becomes of a member.
type officeFate uint8

const (
	refused  officeFate = iota // not known to be free of metadata
	kept                       // byte for byte
	gone                       // with every reference to it
	edited                     // XML: without authors, times and marks of revisions
	stripped                   // a picture
)

// officeRule is the fate of the members that match a pattern of package path;
// the first line that matches decides.
type officeRule struct {
	pattern string
	fate    officeFate
}

// officeRules lists the members of the three formats. What is not in it is
// refused: macros, embedded files, links to other files, what a plug-in wrote.
func officeRules() []officeRule {
	return []officeRule{
		{"[[]Content_Types].xml", edited}, {"_rels/.rels", edited},
		{"docProps/*", gone}, {"customXml/*", gone}, {"customXml/_rels/*", gone},
		{"*/comments*.xml", gone}, {"*/comments/*", gone}, {"*/people.xml", gone}, {"*/persons/*", gone},
		{"*/threadedComments/*", gone}, {"*/commentAuthors.xml", gone}, {"*/authors.xml", gone}, {"*/revisions/*", gone},
		{"xl/userNames.xml", gone}, {"xl/printerSettings/*", gone}, {"*/*/printerSettings/*", gone}, {"xl/calcChain.xml", kept},
		{"xl/drawings/vmlDrawing*.vml", gone}, {"xl/drawings/_rels/vmlDrawing*.rels", gone},
		{"ppt/revisionInfo.xml", gone}, {"ppt/changesInfos/*", gone}, {"ppt/tags/*", gone}, {"word/documentProtection.xml", gone},
		{"word/*.xml", edited}, {"word/_rels/*.rels", edited}, {"word/theme/*.xml", kept}, {"word/glossary/*.xml", edited}, {"word/glossary/_rels/*.rels", edited},
		{"word/charts/*.xml", edited}, {"word/diagrams/*.xml", edited},
		{"xl/*.xml", edited}, {"xl/_rels/*.rels", edited}, {"xl/worksheets/*.xml", edited}, {"xl/worksheets/_rels/*.rels", edited},
		{"xl/theme/*.xml", kept}, {"xl/charts/*.xml", edited}, {"xl/charts/_rels/*.rels", edited}, {"xl/drawings/*.xml", edited},
		{"xl/drawings/_rels/*.rels", edited}, {"xl/tables/*.xml", edited}, {"xl/chartsheets/*.xml", edited}, {"xl/chartsheets/_rels/*.rels", edited},
		{"ppt/*.xml", edited}, {"ppt/_rels/*.rels", edited}, {"ppt/slides/*.xml", edited}, {"ppt/slides/_rels/*.rels", edited},
		{"ppt/slideLayouts/*.xml", edited}, {"ppt/slideLayouts/_rels/*.rels", edited}, {"ppt/slideMasters/*.xml", edited},
		{"ppt/slideMasters/_rels/*.rels", edited}, {"ppt/notesSlides/*.xml", edited}, {"ppt/notesSlides/_rels/*.rels", edited},
		{"ppt/notesMasters/*.xml", edited}, {"ppt/notesMasters/_rels/*.rels", edited}, {"ppt/handoutMasters/*.xml", edited},
		{"ppt/handoutMasters/_rels/*.rels", edited}, {"ppt/theme/*.xml", kept}, {"ppt/charts/*.xml", edited}, {"ppt/diagrams/*.xml", edited},
		{"*/media/*.png", stripped}, {"*/media/*.jpg", stripped}, {"*/media/*.jpeg", stripped}, {"*/media/*.gif", stripped}, {"*/media/*.webp", stripped},
	}
}

func fateOf(name string) officeFate {
	for _, r := range officeRules() {
		if ok, _ := path.Match(r.pattern, name); ok {
			return r.fate
		}
	}
	return refused
}

// stripOffice packs an Office file anew, without the members that hold
// metadata, and without a time.
func stripOffice(body []byte, kind Kind) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, ErrMalformed{Kind: kind}
	}
	if len(r.File) > maxMembers {
		return nil, ErrTooLarge{Kind: kind}
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	left, seen := int64(maxUnpacked), make(map[string]bool, len(r.File))
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		fate := fateOf(f.Name)
		if fate == refused || seen[f.Name] {
			return nil, ErrUnsupported{Kind: kind}
		}
		if seen[f.Name] = true; fate == gone {
			continue
		}
		member, err := readMember(f, kind, &left)
		if err == nil {
			member, err = stripMember(member, fate, f.Name)
		}
		if err != nil {
			return nil, err
		}
		m, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return nil, ErrMalformed{Kind: kind}
		}
		if _, err := m.Write(member); err != nil {
			return nil, ErrMalformed{Kind: kind}
		}
	}
	if err := w.Close(); err != nil || Sniff(out.Bytes()[:min(out.Len(), HeadBytes)], "") != kind { // no document was in it
		return nil, ErrMalformed{Kind: kind}
	}
	return out.Bytes(), nil
}

// readMember unpacks a member, as far as there is room for it.
func readMember(f *zip.File, kind Kind, left *int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, ErrMalformed{Kind: kind}
	}
	defer r.Close()
	member, err := io.ReadAll(io.LimitReader(r, *left+1))
	if err != nil {
		return nil, ErrMalformed{Kind: kind}
	}
	if *left -= int64(len(member)); *left < 0 {
		return nil, ErrTooLarge{Kind: kind}
	}
	return member, nil
}

func stripMember(member []byte, fate officeFate, name string) ([]byte, error) {
	switch fate {
	case stripped:
		return Strip(member)
	case edited:
		return editOffice(member, name)
	}
	return member, nil
}
