package anonymize

import (
	"bytes"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// applyAvatar replaces a picture by a drawn one of the same format and size.
// What is no picture becomes a placeholder, never the original.
func applyAvatar(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
	var out bytes.Buffer
	h, err := media.ReadHeader(v[:min(len(v), media.HeadBytes)])
	if err == nil {
		err = media.Avatar(&out, h, a.portrait(who, v))
	}
	if err != nil {
		return applyPlaceholder(a, dst, v, who)
	}
	return append(dst, out.Bytes()...), changed, nil
}

// portrait says what to draw: the initials of a person's pseudonym, or a
// picture that hangs on the original when nobody is known.
func (a *Anonymizer) portrait(who int32, original []byte) media.Portrait {
	if who != nobody {
		p := a.people.At(who)
		return media.Portrait{Initials: p.Initials(), Seed: p.Seed}
	}
	var p media.Portrait
	copy(p.Seed[:], a.unknown.Sum([]byte("portrait"), original))
	return p
}

// applyPlaceholder replaces a document by a stand-in of the same kind.
func applyPlaceholder(_ *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	var out bytes.Buffer
	kind := media.Sniff(v[:min(len(v), media.HeadBytes)], "")
	if err := media.Placeholder(&out, kind, placeholderTitle); err != nil {
		return dst, kept, err
	}
	return append(dst, out.Bytes()...), changed, nil
}

const placeholderTitle = "document"
