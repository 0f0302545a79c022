package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
)

const secret = "Rose Hill, 51.5 N"

func photo() *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.RGBA{9, 200, 30, 255}})
	for i := range m.Pix {
		m.Pix[i] = byte(i % 3)
	}
	return m
}

func pngChunk(name, content string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	out = append(append(out, name...), content...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngWith puts chunks behind the header of a picture.
func pngWith(t testing.TB, chunks ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, photo()); err != nil {
		t.Fatal(err)
	}
	return append(append(bytes.Clone(b.Bytes()[:33]), bytes.Join(chunks, nil)...), b.Bytes()[33:]...)
}

// jpegWith puts segments behind the start of a picture.
func jpegWith(t testing.TB, segments ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo(), nil); err != nil {
		t.Fatal(err)
	}
	out := bytes.Clone(b.Bytes()[:2])
	for _, s := range segments {
		out = append(out, 0xff, s[0], byte((len(s)+1)>>8), byte(len(s)+1))
		out = append(out, s[1:]...)
	}
	return append(append(out, b.Bytes()[2:]...), secret...)
}

func gifWith(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{photo(), photo()}, Delay: []int{3, 4}, LoopCount: 5}); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b.Bytes(), []byte("!\xff\x0bNETSCAPE"))
	out := bytes.Clone(b.Bytes()[:at])
	out = append(append(append(out, 0x21, 0xfe, byte(len(secret))), secret...), 0)
	out = append(append(append(out, "!\xff\x0bXMP DataXMP"...), byte(len(secret))), secret...)
	return append(append(append(out, 0), b.Bytes()[at:]...), secret...)
}

func webpWith(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, WebP, photo()); err != nil {
		t.Fatal(err)
	}
	chunk := func(name, content string) []byte {
		out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
		return append(append(out, content...), make([]byte, len(content)&1)...)
	}
	extended := chunk("VP8X", string([]byte{webpEXIF | webpXMP | webpProfile | 1<<4, 0, 0, 0, 39, 0, 0, 29, 0, 0}))
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), extended...)
	out = append(append(out, chunk("ICCP", secret)...), b.Bytes()[12:]...)
	out = append(append(append(out, chunk("EXIF", secret)...), chunk("XMP ", secret)...), chunk("what", secret)...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return append(out, secret...)
}

// The metadata goes, and every pixel, delay and loop stays.
func TestStripPictures(t *testing.T) {
	for name, body := range map[string][]byte{
		"png": pngWith(t, pngChunk("tEXt", "Author\x00"+secret), pngChunk("eXIf", secret), pngChunk("tIME", "1234567"), pngChunk("zzZz", secret)),
		"jpeg": jpegWith(t, "\xe0JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x03\x00"+secret, "\xe1Exif\x00\x00"+secret, "\xe1http://ns.adobe.com/xap/1.0/\x00"+secret, "\xed"+secret, "\xfe"+secret,
			"\xe2ICC_PROFILE\x00\x01\x01"+secret),
		"gif":  gifWith(t),
		"webp": webpWith(t),
	} {
		out, err := Strip(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("%s still holds its metadata", name)
		}
		if again, err := Strip(out); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: stripping twice differs, %v", name, err)
		}
		if name == "webp" {
			if h, err := ReadHeader(out); err != nil || h.Width != 40 || h.Height != 30 || out[20]&(webpEXIF|webpXMP|webpProfile) != 0 {
				t.Errorf("webp: %+v, %v, flags %x", h, err, out[20])
			}
			continue
		}
		before, _, err := image.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after, _, err := image.Decode(bytes.NewReader(out))
		if err != nil || !samePixels(before, after) {
			t.Errorf("%s is another picture, %v", name, err)
		}
	}
	out, err := Strip(gifWith(t))
	if err != nil {
		t.Fatal(err)
	}
	if g, err := gif.DecodeAll(bytes.NewReader(out)); err != nil || g.LoopCount != 5 || len(g.Image) != 2 || g.Delay[1] != 4 {
		t.Errorf("animation %v", err)
	}
}

func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

// A picture that a camera took sideways is still shown upright; a known profile
// of colours and Adobe's transform stay.
func TestStripKeepsWhatIsSeen(t *testing.T) {
	exif := "\xe1Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00\x0f\x01\x02\x00\x04\x00\x00\x00Rose\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
	adobe := "\xeeAdobe\x00\x64\x00\x00\x00\x00\x01"
	profile := "\xe2ICC_PROFILE\x00\x01\x01....sRGB IEC61966-2.1...."
	out, err := Strip(jpegWith(t, exif, adobe, profile))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(out, []byte("\xff\xe1"))
	if at < 0 || orientation(out[at+4:]) != 6 || bytes.Contains(out, []byte("Rose")) {
		t.Errorf("orientation at %d", at)
	}
	for _, want := range []string{adobe[1:], profile[1:]} {
		if !bytes.Contains(out, []byte(want)) {
			t.Error("a segment that changes colours is gone")
		}
	}
	if _, err := jpeg.Decode(bytes.NewReader(out)); err != nil {
		t.Error(err)
	}
}

func office(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aLetter(t testing.TB, more ...string) []byte {
	return office(t, append([]string{
		"[Content_Types].xml", `<Types><Override PartName="/word/document.xml"/><Override PartName="/docProps/core.xml"/><Override PartName="/word/comments.xml"/></Types>`,
		"_rels/.rels", `<Relationships><Relationship Id="a" Target="word/document.xml"/><Relationship Id="b" Target="docProps/core.xml"></Relationship></Relationships>`,
		"docProps/core.xml", "<dc:creator>Rose Hill</dc:creator>",
		"word/document.xml", `<w:document><w:p w:rsidR="00A1" w14:paraId="12"><w:commentRangeStart w:id="0"/><w:ins w:id="1" w:author="Rose Hill" w:date="2024-05-06T07:08:09Z"><w:r><w:t>text &amp; more</w:t></w:r></w:ins><w:commentReference w:id="0"/></w:p></w:document>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Id="c" Target="comments.xml"/><Relationship Id="i" Target="media/image1.png"/><Relationship Id="t" TargetMode="External" Type="x/attachedTemplate" Target="file:///C:/Users/rose/x.dotx"/><Relationship Id="h" TargetMode="External" Type="x/hyperlink" Target="https://example.com"/></Relationships>`,
		"word/settings.xml", `<w:settings><w:attachedTemplate r:id="t"/><w:rsids><w:rsidRoot w:val="00A1"/><w:rsid w:val="00A2"/></w:rsids><w:zoom/></w:settings>`,
		"word/comments.xml", "<w:comments>Rose Hill</w:comments>", "word/people.xml", "Rose Hill", "customXml/item1.xml", "Rose Hill",
		"word/media/image1.png", string(pngWith(t, pngChunk("tEXt", "Author\x00Rose Hill"))),
	}, more...)...)
}

func TestStripOffice(t *testing.T) {
	out, err := Strip(aLetter(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range r.File {
		m, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(m)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(all)
		if strings.Contains(got[f.Name], "Rose") || strings.Contains(got[f.Name], "rose") {
			t.Errorf("%s still names its author", f.Name)
		}
	}
	for name, want := range map[string]string{
		"[Content_Types].xml": `<Types><Override PartName="/word/document.xml"/></Types>`,
		"_rels/.rels":         `<Relationships><Relationship Id="a" Target="word/document.xml"/></Relationships>`,
		"word/document.xml":   `<w:document><w:p><w:ins w:id="1" w:author="removed" w:date="2000-01-01T00:00:00Z"><w:r><w:t>text &amp; more</w:t></w:r></w:ins></w:p></w:document>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Id="i" Target="media/image1.png"/>` +
			`<Relationship Id="h" TargetMode="External" Type="x/hyperlink" Target="https://example.com"/></Relationships>`,
		"word/settings.xml": `<w:settings><w:zoom/></w:settings>`,
	} {
		if got[name] != want {
			t.Errorf("%s\n got %s\nwant %s", name, got[name], want)
		}
	}
	if len(got) != 6 {
		t.Errorf("%d members", len(got))
	}
}

// What may hide metadata or breaks its format is refused.
func TestStripRefuses(t *testing.T) {
	whole := jpegWith(t)
	for name, body := range map[string][]byte{
		"a macro":           aLetter(t, "word/vbaProject.bin", "x"),
		"an embedded file":  aLetter(t, "word/embeddings/oleObject1.bin", "x"),
		"a picture of text": aLetter(t, "word/media/image2.png", "Rose Hill"),
		"a member twice":    aLetter(t, "word/document.xml", "<a/>"),
		"a broken tag":      aLetter(t, "word/styles.xml", `<w:styles w:author="Rose Hill`),
		"a cut archive":     aLetter(t)[:200],
		"a pdf":             []byte("%PDF-1.4"),
		"a cut png":         pngWith(t)[:60],
		"a changed png":     bytes.Replace(pngWith(t), []byte("IDAT"), []byte("IDAR"), 1),
		"an unknown chunk":  pngWith(t, pngChunk("ZZZZ", "x")),
		"a cut jpeg":        whole[:300],
		"a jpeg of noise":   append([]byte("\xff\xd8\xff\xe0\x00\x04ab"), "Rose Hill"...),
		"a cut gif":         gifWith(t)[:50],
		"a gif of noise":    append([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), "Rose Hill"...),
		"a cut webp":        webpWith(t)[:40],
		"nothing":           nil,
	} {
		if out, err := Strip(body); err == nil || out != nil {
			t.Errorf("%s passes, %d bytes", name, len(out))
		}
	}
}

// FuzzStrip strips hostile files: what comes out must be stripped already.
func FuzzStrip(f *testing.F) {
	for _, body := range [][]byte{pngWith(f, pngChunk("tEXt", "a\x00b")), jpegWith(f, "\xe1Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"), gifWith(f), webpWith(f),
		office(f, "[Content_Types].xml", "<Types/>", "word/document.xml", "<a b='c'/>", "docProps/core.xml", "x")} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		out, err := Strip(body)
		if err != nil {
			return
		}
		again, err := Strip(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("stripping its own output: %v", err)
		}
	})
}
