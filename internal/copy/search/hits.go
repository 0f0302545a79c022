package search

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// This room reads a page of hits as bytes: a document's source stays as the
// server sent it, big integers, duplicate keys and order included.

// hit is one document of a page. Its slices point into the page's answer.
type hit struct {
	id      []byte // decoded
	routing []byte // decoded; nil when there is none
	source  []byte // JSON, as stored
}

// page is one answer to a search in a point in time.
type page struct {
	pit     []byte // the id to use from now on; nil when not given
	partial bool   // timed out, or a shard failed
	hits    []hit
	last    []byte // sort values of the last hit, JSON
}

var errPage = errors.New("answer to a search is not the JSON expected")

// parsePage reads an answer into p, using its space again.
func parsePage(answer []byte, p *page) error {
	p.pit, p.partial, p.hits, p.last = nil, false, p.hits[:0], nil
	s := scanner{b: answer}
	err := s.object(func(key []byte) error {
		switch string(key) {
		case "pit_id":
			return s.text(&p.pit)
		case "timed_out":
			v, err := s.value()
			p.partial = p.partial || string(v) == "true"
			return err
		case "_shards":
			return s.object(func(key []byte) error {
				v, err := s.value()
				if string(key) == "failed" && string(v) != "0" {
					p.partial = true
				}
				return err
			})
		case "hits":
			return s.object(func(key []byte) error {
				if string(key) != "hits" {
					_, err := s.value()
					return err
				}
				return s.array(func() error { return s.hit(p) })
			})
		}
		_, err := s.value()
		return err
	})
	return err
}

// hit reads one element of hits.hits.
func (s *scanner) hit(p *page) error {
	var h hit
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "_id":
			return s.text(&h.id)
		case "_routing":
			return s.text(&h.routing)
		case "_source":
			h.source, err = s.value()
		case "sort":
			p.last, err = s.value()
		default:
			_, err = s.value()
		}
		return err
	})
	p.hits = append(p.hits, h)
	return err
}

// scanner walks JSON from a server: it finds where values begin and end and
// checks no more than that needs.
type scanner struct {
	b []byte
	i int
}

// next skips blanks and returns the byte there, 0 at the end.
func (s *scanner) next() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take skips blanks and one byte, which must be c.
func (s *scanner) take(c byte) error {
	if s.next() != c {
		return errPage
	}
	s.i++
	return nil
}

// object calls member for every key, undecoded; member must read the value.
func (s *scanner) object(member func(key []byte) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.next() == '}' {
			s.i++
			return nil
		}
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		if s.next() != '"' {
			return errPage
		}
		key, err := s.value()
		if err != nil {
			return err
		}
		if err := s.take(':'); err != nil {
			return err
		}
		if err := member(key[1 : len(key)-1]); err != nil {
			return err
		}
	}
}

// array calls element for every element; element must read it.
func (s *scanner) array(element func() error) error {
	if err := s.take('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.next() == ']' {
			s.i++
			return nil
		}
		if !first {
			if err := s.take(','); err != nil {
				return err
			}
		}
		if err := element(); err != nil {
			return err
		}
	}
}

// text reads a string and decodes it; null leaves dst nil.
func (s *scanner) text(dst *[]byte) error {
	raw, err := s.value()
	if err != nil {
		return err
	}
	switch {
	case string(raw) == "null":
		return nil
	case raw[0] != '"':
		return errPage
	case bytes.IndexByte(raw, '\\') < 0:
		*dst = raw[1 : len(raw)-1]
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return errPage
	}
	*dst = []byte(text)
	return nil
}

// value skips one value of any kind and returns its bytes.
func (s *scanner) value() ([]byte, error) {
	c := s.next()
	start := s.i
	var ok bool
	switch c {
	case 0:
		return nil, errPage
	case '"':
		ok = s.skipString()
	case '{', '[':
		ok = s.skipNested()
	default:
		ok = s.skipWord()
	}
	if !ok {
		return nil, errPage
	}
	return s.b[start:s.i], nil
}

// skipString skips a string whose opening quote is next.
func (s *scanner) skipString() bool {
	for i := s.i + 1; ; {
		end := bytes.IndexByte(s.b[i:], '"')
		if end < 0 {
			return false
		}
		back := i + end
		for s.b[back-1] == '\\' && back-1 > s.i {
			back--
		}
		escapes := i + end - back
		i += end + 1
		if escapes%2 == 0 {
			s.i = i
			return true
		}
	}
}

// skipNested skips an object or an array; brackets must only balance.
func (s *scanner) skipNested() bool {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			if !s.skipString() {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.i++
				return true
			}
		}
		s.i++
	}
	return false
}

// skipWord skips a number, true, false or null.
func (s *scanner) skipWord() bool {
	start := s.i
	for s.i < len(s.b) {
		c := s.b[s.i]
		if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			break
		}
		s.i++
	}
	return s.i > start
}

// appendQuoted appends a string as JSON. encoding/json and strconv would
// change or break some ids; here every character that need not be escaped
// stays as it is.
func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20 || c == 0x7f:
			dst = append(dst, `\u00`...)
			if c < 0x10 {
				dst = append(dst, '0')
			}
			dst = strconv.AppendUint(dst, uint64(c), 16)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
