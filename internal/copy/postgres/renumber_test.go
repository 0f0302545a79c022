package postgres

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// numbersOfTest: mood is 20000 here and 90000 there, its array 20001 and
// 90001; pair is (text, mood, mood[]), 20010 here.
func numbersOfTest() *numbering {
	return &numbering{
		types: types{
			oidText: {class: "b", binary: true},
			20000:   {schema: "public", name: "mood", class: "e", binary: true},
			20001:   {schema: "public", name: "_mood", class: "b", elem: 20000, binary: true},
			20010:   {schema: "public", name: "pair", class: "c", attrs: []uint32{oidText, 20000, 20001}, binary: true},
			20011:   {schema: "public", name: "_pair", class: "b", elem: 20010, binary: true},
			20020:   {schema: "public", name: "lost", class: "e", binary: true},
			20021:   {schema: "public", name: "_lost", class: "b", elem: 20020, binary: true},
			1009:    {class: "b", elem: oidText, binary: true},
			20030:   {schema: "public", name: "moods", class: "d", base: 20001, binary: true},
		},
		byName: map[relation]typeNumbers{{"public", "mood"}: {90000, 90001}, {"public", "pair"}: {90010, 90011}},
	}
}

func array(elem uint32, values ...[]byte) []byte {
	b := []byte{0, 0, 0, 1, 0, 0, 0, 0}
	b = binary.BigEndian.AppendUint32(b, elem)
	b = binary.BigEndian.AppendUint32(b, uint32(len(values)))
	b = binary.BigEndian.AppendUint32(b, 1)
	return append(b, tuple(values...)[2:]...)
}

func record(mood, moods uint32, value []byte, list []byte) []byte {
	b := []byte{0, 0, 0, 3}
	for _, f := range []struct {
		number uint32
		value  []byte
	}{{oidText, []byte("x")}, {mood, value}, {moods, list}} {
		b = binary.BigEndian.AppendUint32(b, f.number)
		b = append(b, tuple(f.value)[2:]...)
	}
	return b
}

// A value that names types by number names those of the destination.
func TestP22_NumbersOfTypes(t *testing.T) {
	t.Parallel()
	n := numbersOfTest()
	calm := []byte("calm")
	for name, c := range map[string]struct {
		oid      uint32
		in, want []byte
	}{
		"enum":               {20000, calm, calm},
		"array of enum":      {20001, array(20000, calm, nil), array(90000, calm, nil)},
		"empty array":        {20001, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x20}, binary.BigEndian.AppendUint32(make([]byte, 8), 90000)},
		"domain over it":     {20030, array(20000, calm), array(90000, calm)},
		"array of text":      {1009, array(oidText, calm), array(oidText, calm)},
		"composite":          {20010, record(20000, 20001, calm, array(20000, calm)), record(90000, 90001, calm, array(90000, calm))},
		"array of composite": {20011, array(20010, record(20000, 20001, nil, nil), nil), array(90010, record(90000, 90001, nil, nil), nil)},
	} {
		s, ok := n.shape(c.oid)
		if !ok {
			t.Errorf("%s: no shape", name)
			continue
		}
		if s != nil {
			if err := s.apply(c.in); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !bytes.Equal(c.in, c.want) {
			t.Errorf("%s: %x, want %x", name, c.in, c.want)
		}
	}
	if _, ok := n.shape(20021); ok {
		t.Error("an array of a type that the destination lacks has a shape")
	}
}

// Whatever the bytes, renumbering does not panic and keeps the length.
func FuzzRenumber(f *testing.F) {
	n := numbersOfTest()
	f.Add(array(20010, record(20000, 20001, []byte("calm"), nil)))
	f.Add(array(20000, []byte("calm")))
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, oid := range []uint32{20001, 20010, 20011} {
			s, _ := n.shape(oid)
			_ = s.apply(bytes.Clone(value))
		}
	})
}
