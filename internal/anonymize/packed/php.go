package packed

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// This room rewrites PHP's serialisation.

// mode says how a value is walked through.
type mode uint8

const (
	visited mode = iota // the visitor is asked
	kept                // it stays, but for the numbers of references
	gone                // it is not written; only counted
)

// phpWalk rewrites one value after the other. References name values by number: each value but a reference has the next
// one, an array before what is in it.
type phpWalk struct {
	walk
	scan  phpScan
	list  int   // which of scan.lists comes next
	slots []int // by number in src, from 1 on: the number in dst, 0 for what is gone
	made  int   // numbers given in dst
}

func (p *phpWalk) begin(dst, src []byte, visit text.Visit) {
	p.walk = walk{src: src, dst: dst, visit: visit, tok: text.Token{Path: p.tok.Path[:0]}}
	p.scan, p.list, p.slots, p.made = phpScan{s: src, lists: p.scan.lists[:0]}, 0, p.slots[:0], 0
}

// rewrite appends the rewritten value, or nothing in case of an error.
func (p *phpWalk) rewrite(session bool) ([]byte, error) {
	start := len(p.dst)
	var err error
	switch {
	case session && p.scan.session():
		err = p.variables()
	case !session && p.scan.whole():
		var dropped bool
		if _, dropped, err = p.value(0, visited); err == nil && dropped {
			err = ErrReplacement
		}
	default:
		err = ErrSyntax
	}
	if err != nil {
		return p.dst[:start], err
	}
	p.flush(len(p.src))
	return p.dst, nil
}

// variables walks through a session, which is an object without a number.
func (p *phpWalk) variables() error {
	action, _, err := p.ask(text.Object, nil, text.Span{})
	if err != nil || action != text.Keep && action != text.Skip {
		return cmpErr(err)
	}
	for i := 0; i < len(p.src); {
		name := sessionName(p.src, i)
		m := p.mark(i)
		how, drop, err := p.key(name, text.Span{Start: i, End: i + len(name)}, modeOf(action), func(dst, name []byte) []byte {
			return append(dst, bytes.Map(sessionLetter, name)...)
		})
		if err != nil {
			return err
		}
		outer := len(p.tok.Path)
		p.enter(name)
		end, dropped, err := p.value(i+len(name)+1, how)
		p.tok.Path = p.tok.Path[:outer]
		if err != nil {
			return err
		}
		if i = end; drop || dropped {
			p.remove(m, end)
		}
	}
	return nil
}

// sessionLetter replaces what ends the name of a variable, or begins one that has no value.
func sessionLetter(r rune) rune {
	if r == '|' || r == '!' {
		return '_'
	}
	return r
}

func cmpErr(err error) error {
	if err == nil {
		err = ErrReplacement
	}
	return err
}

// modeOf is the mode for what is inside a container.
func modeOf(a text.Action) mode {
	switch a {
	case text.Keep:
		return visited
	case text.Skip:
		return kept
	}
	return gone
}

// key asks about a key at a range and says how its value is walked through. spell appends another key as it is written.
func (p *phpWalk) key(bare []byte, at text.Span, how mode, spell func(dst, key []byte) []byte) (mode, bool, error) {
	if how != visited {
		return how, false, nil
	}
	action, another, err := p.askKey(bare, at)
	switch {
	case err != nil:
		return gone, false, err
	case action == text.Drop:
		return gone, true, nil
	case action == text.Skip:
		return kept, false, nil
	case action == text.SetText:
		p.flush(at.Start)
		p.dst, p.from = spell(p.dst, another), at.End
	}
	return visited, false, nil
}

// value handles the value at i and returns its end; dropped asks the container to remove it.
func (p *phpWalk) value(i int, how mode) (end int, dropped bool, err error) {
	t, ok := phpTokenAt(p.src, i)
	if !ok {
		return 0, false, ErrSyntax
	}
	if t.kind == 'R' || t.kind == 'r' {
		return t.end, false, p.reference(t, i, how)
	}
	action, value := text.Skip, []byte(nil)
	switch how {
	case visited:
		if action, value, err = p.ask(p.typeOf(t), t.text, text.Span{Start: i, End: t.end}); err != nil {
			return 0, false, err
		}
	case gone:
		action = text.Drop
	}
	if action == text.Drop {
		p.slots = append(p.slots, 0)
	} else {
		p.made++
		p.slots = append(p.slots, p.made)
	}
	switch {
	case t.kind == 'a' || t.kind == 'O':
		end, err = p.members(t, modeOf(action))
	case t.kind == 'C' && action == text.Keep:
		end, err = t.end, p.custom(t)
	default:
		end = t.end
	}
	if err != nil || action <= text.Skip || how == gone {
		return end, false, err
	}
	if action == text.Drop {
		return end, true, nil
	}
	p.flush(i)
	p.from = end
	p.dst, err = appendPHP(p.dst, t.kind, action, value)
	return end, false, err
}

// typeOf is what a visitor takes a value for. Arrays and objects are in the order of scan.lists.
func (p *phpWalk) typeOf(t phpToken) text.Type {
	switch t.kind {
	case 'N':
		return text.Null
	case 'i':
		return text.Number
	case 'd':
		if c := t.text[len(t.text)-1]; c >= '0' && c <= '9' {
			return text.Number
		}
	case 's':
		return text.String
	case 'a':
		if p.scan.lists[p.list] {
			return text.Array
		}
		return text.Object
	case 'O', 'C':
		return text.Object
	}
	return text.Bool
}

// reference writes a reference with the number that its value has now. R has no number of its own.
func (p *phpWalk) reference(t phpToken, i int, how mode) error {
	n, err := strconv.Atoi(string(t.text))
	if err != nil || n < 1 || n > len(p.slots) {
		return ErrSyntax
	}
	there := p.slots[n-1]
	switch {
	case how == gone:
		if t.kind == 'r' {
			p.slots = append(p.slots, 0)
		}
		return nil
	case there == 0 || t.kind == 'r':
		p.made++
	}
	if t.kind == 'r' {
		p.slots = append(p.slots, p.made)
	}
	if there == n {
		return nil
	}
	p.flush(i)
	p.from = t.end
	if there == 0 {
		p.dst = append(p.dst, "N;"...)
		return nil
	}
	p.dst = append(strconv.AppendInt(append(p.dst, t.kind, ':'), int64(there), 10), ';')
	return nil
}

// members walks through an array or object and returns its end.
func (p *phpWalk) members(t phpToken, how mode) (int, error) {
	list := p.scan.lists[p.list]
	p.list++
	if how != gone {
		p.flush(t.at.Start)
	}
	digits := len(p.dst)
	i, left := t.end, 0
	for range t.count {
		k, ok := phpTokenAt(p.src, i)
		if !ok {
			return 0, ErrSyntax
		}
		m := p.mark(i)
		outer := len(p.tok.Path)
		inner, drop := how, false
		if list {
			p.element()
			p.renumber(k, text.Span{Start: i, End: k.end}, left, how)
		} else {
			bare := propertyName(k, t.kind)
			var err error
			if inner, drop, err = p.key(bare, text.Span{Start: i, End: k.end}, how, k.spell); err != nil {
				return 0, err
			}
			p.enter(bare)
		}
		end, dropped, err := p.value(k.end, inner)
		p.tok.Path = p.tok.Path[:outer]
		if err != nil {
			return 0, err
		}
		if i = end; how != gone && (drop || dropped) {
			p.remove(m, end)
		} else {
			left++
		}
	}
	if left != t.count && how != gone {
		p.flush(i)
		p.dst = slices.Replace(p.dst, digits, digits+t.at.End-t.at.Start, strconv.AppendInt(nil, int64(left), 10)...)
	}
	return i + 1, nil
}

// renumber gives an element of an array the key behind the one before it.
func (p *phpWalk) renumber(k phpToken, at text.Span, key int, how mode) {
	if how == gone || string(k.text) == strconv.Itoa(key) {
		return
	}
	p.flush(at.Start)
	p.from = at.End
	p.dst = append(strconv.AppendInt(append(p.dst, "i:"...), int64(key), 10), ';')
}

// propertyName returns a key as rules know it: a property that is not public has its class, or *, between zeros before
// its name.
func propertyName(k phpToken, container byte) []byte {
	if container == 'O' && len(k.text) > 2 && k.text[0] == 0 {
		if end := bytes.IndexByte(k.text[1:], 0); end > 0 && end+2 < len(k.text) {
			return k.text[end+2:]
		}
	}
	return k.text
}

// spell appends another key in the place of k.
func (k phpToken) spell(dst, key []byte) []byte {
	if n, err := strconv.ParseInt(string(key), 10, 64); err == nil && k.kind == 'i' && strconv.FormatInt(n, 10) == string(key) {
		return append(append(append(dst, "i:"...), key...), ';')
	}
	class := k.text[:len(k.text)-len(propertyName(k, 'O'))]
	return appendPHPString(dst, append(slices.Clone(class), key...))
}

// custom rewrites what a class has written itself, which counts its references alone: it must be a value in its turn.
func (p *phpWalk) custom(t phpToken) error {
	if Find(t.text) != PHP {
		return ErrCustom
	}
	var inner phpWalk
	inner.begin(nil, t.text, p.visit)
	inner.tok.Path = append(inner.tok.Path, p.tok.Path...)
	out, err := inner.rewrite(false)
	if err != nil || bytes.Equal(out, t.text) {
		return err
	}
	p.flush(t.at.Start)
	p.dst = strconv.AppendInt(p.dst, int64(len(out)), 10)
	p.dst = append(append(append(p.dst, ":{"...), out...), '}')
	p.from = t.end
	return nil
}

// appendPHP appends the replacement of a value that was of a kind.
func appendPHP(dst []byte, kind byte, action text.Action, value []byte) ([]byte, error) {
	switch action {
	case text.SetText:
		return appendPHPString(dst, value), nil
	case text.SetNull:
		return append(dst, "N;"...), nil
	}
	typ, value, ok := constant(value)
	switch {
	case !ok:
		return dst, ErrReplacement
	case typ == text.String:
		return appendPHPString(dst, value), nil
	case typ == text.Null:
		return append(dst, "N;"...), nil
	case typ == text.Bool:
		return append(append(dst, "b:"...), "01"[len(value)&1^1], ';'), nil // false has five letters
	}
	if _, err := strconv.ParseInt(string(value), 10, 64); err != nil || kind == 'd' {
		kind = 'd'
	} else {
		kind = 'i'
	}
	return append(append(append(dst, kind, ':'), value...), ';'), nil
}
