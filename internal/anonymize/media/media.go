// Package media makes the stand-ins for pictures and documents: an avatar that
// shows a pseudonym's initials in place of a portrait, and a short valid
// document in place of one whose content must not leave production.
//
// Nothing of the source's bytes reaches the output. What is taken from the
// source is its kind (Sniff) and, for a picture, its size in pixels
// (ReadHeader); everything else comes from the pseudonym. Equal input gives
// equal bytes, and no output carries metadata, a date or a random number.
//
// The package holds no state: every function may be called from any goroutine.
package media

// Kind names a file format, in lower case, as Sniff reports it. A Kind is a
// word of this package: it is safe to print, whatever the file held.
type Kind string

// The kinds that Sniff tells apart.
const (
	Unknown Kind = "unknown" // nothing below, or no byte at all

	PNG  Kind = "png"
	JPEG Kind = "jpeg"
	GIF  Kind = "gif"
	WebP Kind = "webp"
	BMP  Kind = "bmp"
	TIFF Kind = "tiff"
	ICO  Kind = "ico"
	HEIF Kind = "heif" // HEIC and AVIF too: one container
	SVG  Kind = "svg"

	PDF  Kind = "pdf"
	RTF  Kind = "rtf"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	PPTX Kind = "pptx"
	OLE  Kind = "ole" // the old Office formats and Outlook messages

	CSV   Kind = "csv"
	JSON  Kind = "json"
	XML   Kind = "xml"
	HTML  Kind = "html"
	EML   Kind = "eml"
	ICS   Kind = "ics"
	VCard Kind = "vcard"
	Text  Kind = "text"

	ZIP      Kind = "zip"
	Gzip     Kind = "gzip"
	SevenZip Kind = "7z"
	RAR      Kind = "rar"
	Tar      Kind = "tar"

	MP3  Kind = "mp3"
	MP4  Kind = "mp4" // every ISO media file that is not HEIF
	WAV  Kind = "wav"
	Ogg  Kind = "ogg"
	WebM Kind = "webm" // Matroska too
	FLAC Kind = "flac"
)

// The largest picture that is read or drawn. A header is a claim, and a few
// bytes can claim gigabytes. The limits leave room for a 50-megapixel camera;
// drawing the largest picture takes about 1 byte a pixel (2.5 for a JPEG).
const (
	MaxSide   = 1 << 14 // pixels, width and height each; also WebP's own limit
	MaxPixels = 1 << 26 // pixels, width times height
)

// HeadBytes is how much of a file's beginning Sniff and ReadHeader make use
// of. A JPEG keeps its size behind its metadata, so a shorter head may end
// before it; the other formats need no more than 64 bytes.
const HeadBytes = 256 << 10

// Header is what is read of a picture: its container format and its size.
type Header struct {
	Kind          Kind // PNG, JPEG, GIF or WebP
	Width, Height int  // pixels as stored, before an EXIF rotation
}

// check reports whether a picture of this size may be drawn.
func (h Header) check() error {
	if h.Width <= 0 || h.Height <= 0 {
		return ErrMalformed{Kind: h.Kind}
	}
	if h.Width > MaxSide || h.Height > MaxSide || h.Width*h.Height > MaxPixels {
		return ErrTooLarge{Kind: h.Kind}
	}
	return nil
}

// ErrUnsupported reports a kind whose header cannot be read or that cannot be
// drawn. Compare with errors.AsType, or with errors.Is and the same Kind.
type ErrUnsupported struct{ Kind Kind }

// Error names the kind and nothing of the file.
func (e ErrUnsupported) Error() string { return "kind " + string(e.Kind) + " is unsupported" }

// ErrTooLarge reports a picture beyond MaxSide or MaxPixels.
type ErrTooLarge struct{ Kind Kind }

// Error names the kind and nothing of the file.
func (e ErrTooLarge) Error() string {
	return string(e.Kind) + " has more pixels than allowed"
}

// ErrTruncated reports a head that ends before the picture's size: the file is
// cut, or more of it is needed (see HeadBytes).
type ErrTruncated struct{ Kind Kind }

// Error names the kind and nothing of the file.
func (e ErrTruncated) Error() string {
	return string(e.Kind) + " ends before its size"
}

// ErrMalformed reports a header that breaks its own format, such as a size of
// zero.
type ErrMalformed struct{ Kind Kind }

// Error names the kind and nothing of the file.
func (e ErrMalformed) Error() string {
	return string(e.Kind) + " has a malformed header"
}
