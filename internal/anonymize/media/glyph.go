// Letters. The outlines of the Go fonts are filled by integer arithmetic
// alone: x/image's rasteriser uses floating point, whose last bit depends on
// the processor, and a pseudonym's picture must not.

package media

import (
	"fmt"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// shades is the number of steps from background (0) to foreground (shades-1).
// Sixteen are smooth to the eye and make every format four bits a pixel.
const shades = 16

// edge is a straight piece of an outline, in 1/64 pixel, y downwards.
type edge struct{ x0, y0, x1, y1 int }

// outline is the shape of a line of text.
type outline struct {
	edges                  []edge
	minX, minY, maxX, maxY int // 1/64 pixel
}

// lettering is the font and its scratch space, made per picture: parsing costs
// less than drawing one letter.
type lettering struct {
	font *sfnt.Font
	buf  sfnt.Buffer
}

func newLettering() (*lettering, error) {
	f, err := sfnt.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("parse font: %w", err)
	}
	return &lettering{font: f}, nil
}

// glyphs maps text to the glyphs of at most three letters; what the font does
// not have is left out.
func (l *lettering) glyphs(text string) ([]sfnt.GlyphIndex, error) {
	var out []sfnt.GlyphIndex
	for _, r := range text {
		if r <= ' ' || len(out) == 3 {
			continue
		}
		g, err := l.font.GlyphIndex(&l.buf, r)
		if err != nil {
			return nil, fmt.Errorf("look up glyph: %w", err)
		}
		if g != 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// outline lays glyphs out on a line that begins at 0,0; size is the font's, in
// pixels an em.
func (l *lettering) outline(glyphs []sfnt.GlyphIndex, size int) (*outline, error) {
	o := &outline{}
	ppem := fixed.Int26_6(size << 6)
	x := 0
	for _, g := range glyphs {
		segments, err := l.font.LoadGlyph(&l.buf, g, ppem, nil)
		if err != nil {
			return nil, fmt.Errorf("load glyph: %w", err)
		}
		o.add(segments, x, min(max(size/16, 4), 32))
		advance, err := l.font.GlyphAdvance(&l.buf, g, ppem, font.HintingNone)
		if err != nil {
			return nil, fmt.Errorf("measure glyph: %w", err)
		}
		x += int(advance)
	}
	o.measure()
	return o, nil
}

// add appends a glyph moved right by dx; each curve becomes n edges. TrueType
// outlines, which the Go fonts are, have lines and quadratic curves only.
func (o *outline) add(segments sfnt.Segments, dx, n int) {
	var start, pen [2]int
	point := func(p fixed.Point26_6) [2]int { return [2]int{int(p.X) + dx, int(p.Y)} }
	line := func(to [2]int) {
		o.edges = append(o.edges, edge{pen[0], pen[1], to[0], to[1]})
		pen = to
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			line(start) // close the contour before
			start = point(s.Args[0])
			pen = start
		case sfnt.SegmentOpLineTo:
			line(point(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			a, b, c := pen, point(s.Args[0]), point(s.Args[1])
			for t := 1; t <= n; t++ {
				u := n - t
				line([2]int{
					(u*u*a[0] + 2*u*t*b[0] + t*t*c[0]) / (n * n),
					(u*u*a[1] + 2*u*t*b[1] + t*t*c[1]) / (n * n),
				})
			}
		}
	}
	line(start)
}

// measure drops the edges that cross no scan line and finds the bounds.
func (o *outline) measure() {
	o.edges = slices.DeleteFunc(o.edges, func(e edge) bool { return e.y0 == e.y1 })
	for i, e := range o.edges {
		if i == 0 {
			o.minX, o.maxX, o.minY, o.maxY = e.x0, e.x0, e.y0, e.y0
		}
		o.minX, o.maxX = min(o.minX, e.x0, e.x1), max(o.maxX, e.x0, e.x1)
		o.minY, o.maxY = min(o.minY, e.y0, e.y1), max(o.maxY, e.y0, e.y1)
	}
}

// subLines is the number of scan lines sampled in a row of pixels. Along x the
// coverage is exact.
const subLines = 4

// crossing is where an edge meets a scan line; wind is +1 downwards, -1 up.
type crossing struct{ x, wind int }

// fill draws the outline, moved by dx,dy (1/64 pixel), into pix: one shade a
// byte, width bytes a row. What lies outside is cut off.
func (o *outline) fill(pix []byte, width, dx, dy int) {
	height := len(pix) / width
	cover := make([]int, width)
	var cross []crossing
	for row := max(0, (o.minY+dy)>>6); row < height && row<<6 < o.maxY+dy; row++ {
		clear(cover)
		for sub := range subLines {
			y := row<<6 + (2*sub+1)*64/(2*subLines) - dy
			cross = cross[:0]
			for _, e := range o.edges {
				wind := 1
				if e.y0 > e.y1 {
					e, wind = edge{e.x1, e.y1, e.x0, e.y0}, -1
				}
				if e.y0 <= y && y < e.y1 {
					cross = append(cross, crossing{dx + e.x0 + (y-e.y0)*(e.x1-e.x0)/(e.y1-e.y0), wind})
				}
			}
			slices.SortFunc(cross, func(a, b crossing) int { return a.x - b.x })
			winding := 0
			for i, c := range cross {
				if winding += c.wind; winding != 0 && i+1 < len(cross) {
					addSpan(cover, c.x, cross[i+1].x)
				}
			}
		}
		line := pix[row*width : (row+1)*width]
		const whole = 64 * subLines
		for x, c := range cover {
			if c > 0 {
				line[x] = byte((min(c, whole)*(shades-1) + whole/2) / whole)
			}
		}
	}
}

// addSpan adds the coverage of one scan line from x0 to x1 (1/64 pixel).
func addSpan(cover []int, x0, x1 int) {
	x0, x1 = max(x0, 0), min(x1, len(cover)<<6)
	if x0 >= x1 {
		return
	}
	first, last := x0>>6, (x1-1)>>6
	if first == last {
		cover[first] += x1 - x0
		return
	}
	cover[first] += 64 - x0&63
	for x := first + 1; x < last; x++ {
		cover[x] += 64
	}
	cover[last] += x1 - last<<6
}
