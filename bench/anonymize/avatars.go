package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/media"
)

// measureAvatars draws the portraits of different people at 256 pixels in
// each format, beside image/png for an empty picture of that size.
func measureAvatars() ([]line, error) {
	const side = 256
	var out bytes.Buffer
	empty := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White})
	peer := measure(func(int) {
		out.Reset()
		if err := png.Encode(&out, empty); err != nil {
			panic(err) // a buffer takes everything
		}
	})
	var lines []line
	for _, kind := range []media.Kind{media.PNG, media.JPEG, media.GIF, media.WebP} {
		c := measure(func(i int) {
			out.Reset()
			p := media.Portrait{Initials: string([]byte{byte('A' + i%26), byte('A' + i/26%26)}), Seed: [16]byte{byte(i), byte(i >> 8)}}
			if err := media.Avatar(&out, media.Header{Kind: kind, Width: side, Height: side}, p); err != nil {
				panic(err) // the size is fine
			}
		})
		lines = append(lines, line{what: "avatar of 256 px, " + string(kind), value: c.perSecond() * 1e6, unit: "a second", goal: 700, cost: &c,
			beside: times(float64(peer.cpu), float64(c.cpu), "`image/png` of nothing")})
	}
	return lines, nil
}
