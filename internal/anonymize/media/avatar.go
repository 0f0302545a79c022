// Avatars as files: the same container format and the same size as the
// picture they replace, so that names, content types and layouts stay true.

package media

import (
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
)

// Avatar writes the portrait p to dst as a picture of h's kind (PNG, JPEG, GIF
// or WebP) and h's size in pixels, without metadata. An animation becomes one
// picture. Equal arguments give equal pixels for ever and equal bytes under
// one version of Go. The errors are ErrUnsupported, ErrTooLarge, ErrMalformed
// (a size below one) before the first byte, or dst's own.
func Avatar(dst io.Writer, h Header, p Portrait) error {
	switch h.Kind {
	case PNG, JPEG, GIF, WebP:
	default:
		return fmt.Errorf("draw avatar: %w", ErrUnsupported{Kind: h.Kind})
	}
	if err := h.check(); err != nil {
		return fmt.Errorf("draw avatar: %w", err)
	}
	img, err := draw(h, p)
	if err != nil {
		return fmt.Errorf("draw avatar: %w", err)
	}
	return encode(dst, h.Kind, img)
}

// encode writes img, whose palette goes in equal steps from one colour to
// another.
func encode(dst io.Writer, k Kind, img *image.Paletted) error {
	var err error
	switch k {
	case PNG:
		// Flat areas compress well at any level; the fast one is twice as fast.
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(dst, img)
	case JPEG:
		err = jpeg.Encode(dst, toYCbCr(img), &jpeg.Options{Quality: 90})
	case GIF:
		err = gif.Encode(dst, img, &gif.Options{NumColors: shades})
	case WebP:
		err = encodeWebP(dst, img)
	default:
		return ErrUnsupported{Kind: k}
	}
	if err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// toYCbCr converts for the JPEG encoder, which reads this form without a call
// per pixel. Chroma has half the resolution, as in the file.
func toYCbCr(img *image.Paletted) *image.YCbCr {
	out := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio420)
	var luma, cb, cr [shades]uint8
	for i, c := range img.Palette {
		r, g, b, _ := c.RGBA()
		luma[i], cb[i], cr[i] = color.RGBToYCbCr(uint8(r>>8), uint8(g>>8), uint8(b>>8))
	}
	width, height := img.Rect.Dx(), img.Rect.Dy()
	for y := range height {
		src, dst := img.Pix[y*img.Stride:][:width], out.Y[y*out.YStride:][:width]
		for x, v := range src {
			dst[x] = luma[v]
		}
	}
	for y := range (height + 1) / 2 {
		upper := img.Pix[2*y*img.Stride:][:width]
		lower := img.Pix[min(2*y+1, height-1)*img.Stride:][:width]
		for x := range (width + 1) / 2 {
			// The steps are equal, so the mean of four shades is a shade.
			right := min(2*x+1, width-1)
			mean := (int(upper[2*x]) + int(upper[right]) + int(lower[2*x]) + int(lower[right]) + 2) / 4
			out.Cb[y*out.CStride+x], out.Cr[y*out.CStride+x] = cb[mean], cr[mean]
		}
	}
	return out
}
