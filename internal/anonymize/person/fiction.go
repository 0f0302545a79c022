package person

import (
	"strings"
	"sync"
)

// This room knows the numbers that some countries set aside for films and books: nobody is ever given one, and every
// program takes them for valid.

// fictionLines lists them: the country's code, what is dialled before a number within the country (- for nothing), what
// the real numbers begin with that these stand for, and behind the colon the numbers themselves, d for any digit, n for
// any but 0. Of two lines the first counts. Set aside by the NANPA (555-01xx), ARCEP, Ofcom, the Bundesnetzagentur, PTS,
// ACMA and ComReg.
const fictionLines = `
1 - 204 226 236 249 250 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 : 20455501dd 30655501dd 40355501dd 41655501dd 50655501dd 51455501dd 60455501dd 61355501dd 70955501dd 90255501dd
1 - 2 3 4 5 6 7 8 9 : 20155501dd 20255501dd 20355501dd 20555501dd 20655501dd 20755501dd 20855501dd 21055501dd 21255501dd 21355501dd 21455501dd 21555501dd 21655501dd 21755501dd 22555501dd 23155501dd 23955501dd 24055501dd 25155501dd 25355501dd 26055501dd 26755501dd 30155501dd 30255501dd 30355501dd 30455501dd 30555501dd 30755501dd 31055501dd 31255501dd 31355501dd 31455501dd 31555501dd 31655501dd 31755501dd 32355501dd 33055501dd 40155501dd 40255501dd 40455501dd 40555501dd 40655501dd 41255501dd 41555501dd 50255501dd 50355501dd 50455501dd 50555501dd 51255501dd 51555501dd 60155501dd 60255501dd 60355501dd 61255501dd 61455501dd 61755501dd 70155501dd 70255501dd 71355501dd 80155501dd 80255501dd 80355501dd 80855501dd 90155501dd 90455501dd 90755501dd
33 0 6 7 : 63998dddd
33 0 1 : 19900dddd
33 0 2 : 26191dddd
33 0 3 : 35301dddd
33 0 4 : 46571dddd
33 0 5 : 53649dddd
44 0 7 : 7700900ddd
44 0 1 2 3 : 1134960ddd 1144960ddd 1154960ddd 1164960ddd 1174960ddd 1184960ddd 1214960ddd 1314960ddd 1414960ddd 1514960ddd 1614960ddd 1632960ddd 1914980ddd 2079460ddd
44 0 8 : 8081570ddd
46 0 7 : 7017406nd
46 0 1 2 3 4 5 6 8 9 : 3139006dd 4062804dd 8465004dd 9803192dd
49 0 15 16 17 : 17139200dd
49 0 15 16 17 : 176040690dd
49 0 2 3 4 5 6 7 8 9 : 2214710ddd 3023125ddd 4066969ddd 6990009ddd 8999998ddd
61 0 2 : 25550dddd 27010dddd
61 0 3 : 35550dddd 37010dddd
61 0 7 : 75550dddd 77010dddd
61 0 8 : 85550dddd 87010dddd
353 0 1 2 4 5 6 7 8 9 : 2091ddddd
`

// fiction is a line of the table.
type fiction struct {
	code, trunk string   // the trunk is dialled before a number within the country
	begins      []string // of real numbers, without code and trunk
	models      []string // all of one length
	size        int      // how many numbers they are
}

var fictions = sync.OnceValue(func() (out []fiction) {
	for line := range strings.Lines(strings.TrimSpace(fictionLines)) {
		real, models, _ := strings.Cut(line, ":")
		fields := strings.Fields(real)
		f := fiction{code: fields[0], trunk: strings.Trim(fields[1], "-"), begins: fields[2:], models: strings.Fields(models)}
		for _, model := range f.models {
			size := 1
			for _, c := range model {
				size *= digitsFor(c)
			}
			f.size += size
		}
		out = append(out, f)
	}
	return out
})

// digitsFor returns how many digits a sign of a model stands for.
func digitsFor(sign rune) int {
	switch sign {
	case 'd':
		return 10
	case 'n':
		return 9
	}
	return 1
}

// of reports whether a number without code and trunk is one that the line is for.
func (f *fiction) of(national string) bool {
	if len(national) != len(f.models[0]) {
		return false
	}
	for _, begin := range f.begins {
		if strings.HasPrefix(national, begin) {
			return true
		}
	}
	return false
}

// append appends a number of the line with its code.
func (f *fiction) append(dst []byte, draw uint64) []byte {
	model := f.models[draw%uint64(len(f.models))]
	draw /= uint64(len(f.models))
	dst = append(dst, f.code...)
	for _, c := range model {
		switch n := uint64(digitsFor(c)); n {
		case 1:
			dst = append(dst, byte(c))
		default:
			dst = append(dst, byte('9'-draw%n)) // 1 to 9 of nine
			draw /= n
		}
	}
	return dst
}

// holds reports whether a number with its code is one that append may make.
func (f *fiction) holds(phone string) bool {
	national, ok := strings.CutPrefix(phone, f.code)
	if !ok {
		return false
	}
	for _, model := range f.models {
		if len(model) == len(national) && fits(model, national) {
			return true
		}
	}
	return false
}

func fits(model, number string) bool {
	for i, c := range model {
		if n := digitsFor(c); n == 1 && number[i] != model[i] || n == 9 && number[i] == '0' {
			return false
		}
	}
	return true
}
