// What an avatar shows: initials on a colour, as one shade a pixel, before any
// file format.

package media

import (
	"image"
	"image/color"
)

// Portrait is what an avatar shows. Both fields come from a person's
// pseudonym, never from the person.
type Portrait struct {
	// Initials are drawn as they are, at most three letters, blanks left out.
	// Letters outside Latin, Greek and Cyrillic have no shape here; when none
	// is left, a symmetric pattern made from Seed stands in for them.
	Initials string
	// Seed chooses the colour and the pattern.
	Seed [16]byte
}

// draw paints p at the size of h, which has been checked.
func draw(h Header, p Portrait) (*image.Paletted, error) {
	img := image.NewPaletted(image.Rect(0, 0, h.Width, h.Height), p.palette())
	if min(h.Width, h.Height) < 8 { // no letter is legible: the colour alone
		return img, nil
	}
	l, err := newLettering()
	if err != nil {
		return nil, err
	}
	glyphs, err := l.glyphs(p.Initials)
	if err != nil {
		return nil, err
	}
	if len(glyphs) == 0 {
		p.pattern(img)
		return img, nil
	}
	// Half of the shorter side is a letter's height; wide initials shrink
	// until they fill no more than four fifths of the width.
	size := max(min(h.Width, h.Height)/2, 1)
	o, err := l.outline(glyphs, size)
	if err != nil {
		return nil, err
	}
	if room := h.Width * 64 * 4 / 5; o.maxX-o.minX > room {
		size = max(size*room/(o.maxX-o.minX), 1)
		if o, err = l.outline(glyphs, size); err != nil {
			return nil, err
		}
	}
	dx := (h.Width<<6 - o.minX - o.maxX) / 2
	dy := (h.Height<<6 - o.minY - o.maxY) / 2
	o.fill(img.Pix, h.Width, dx, dy)
	return img, nil
}

// pattern fills a five by five grid whose left half is Seed's bits and whose
// right half mirrors it.
func (p Portrait) pattern(img *image.Paletted) {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	cell := max(min(width, height)/7, 1)
	left, top := (width-5*cell)/2, (height-5*cell)/2
	bits := uint(p.Seed[8]) | uint(p.Seed[9])<<8 | 1<<14 // one cell at least
	for i := range 25 {
		col, row := i%5, i/5
		if bits>>(min(col, 4-col)*5+row)&1 == 0 {
			continue
		}
		for y := top + row*cell; y < top+(row+1)*cell; y++ {
			for x := left + col*cell; x < left+(col+1)*cell; x++ {
				img.Pix[y*width+x] = shades - 1
			}
		}
	}
}

// palette goes in equal steps from the background to white.
func (p Portrait) palette() color.Palette {
	back := p.background()
	out := make(color.Palette, shades)
	for i := range out {
		mix := func(v uint8) uint8 { return uint8((int(v)*(shades-1-i) + 255*i) / (shades - 1)) }
		out[i] = color.RGBA{mix(back.R), mix(back.G), mix(back.B), 255}
	}
	return out
}

// background turns Seed into one of some millions of colours, so that two
// people with the same initials seldom have the same file, all of them dark
// enough for white letters: the luma is 60 to 94 of 255.
func (p Portrait) background() color.RGBA {
	hue := (int(p.Seed[0])<<8 | int(p.Seed[1])) % (6 * 256)
	up, down := hue%256, 255-hue%256
	rgb := [6][3]int{{255, up, 0}, {down, 255, 0}, {0, 255, up}, {0, down, 255}, {up, 0, 255}, {255, 0, down}}[hue/256]
	grey := 70 + int(p.Seed[2])%50 // less garish
	for i, v := range rgb {
		rgb[i] = grey + v*(255-grey)/255
	}
	luma := (299*rgb[0] + 587*rgb[1] + 114*rgb[2]) / 1000
	target := 60 + int(p.Seed[3])%35
	for i, v := range rgb {
		rgb[i] = min(v*target/luma, 255)
	}
	return color.RGBA{uint8(rgb[0]), uint8(rgb[1]), uint8(rgb[2]), 255}
}
