package packed

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// plan is a visitor made of lines "path action", and of what it has seen.
type plan struct {
	does map[string]string // by path, "path=" for the key at a path
	seen []string
}

func (p *plan) visit(t *text.Token) (text.Action, []byte, error) {
	at := string(t.Path)
	if t.Key {
		at = text.JoinPath(at, string(t.Value)) + "="
	} else if t.Type != text.Object && t.Type != text.Array {
		p.seen = append(p.seen, fmt.Sprintf("%s:%d:%s", at, t.Type, t.Value))
	}
	switch does := p.does[at]; {
	case does == "":
		return text.Keep, nil, nil
	case does == "drop":
		return text.Drop, nil, nil
	case does == "skip":
		return text.Skip, nil, nil
	case does == "null":
		return text.SetNull, nil, nil
	case does == "fail":
		return 0, nil, errPlanned
	case does[0] == '=':
		return text.SetRaw, []byte(does[1:]), nil
	default:
		return text.SetText, []byte(does), nil
	}
}

var errPlanned = errors.New("planned")

// rewritten is what a value becomes.
func rewritten(t *testing.T, in string, does map[string]string) (out string, seen []string) {
	t.Helper()
	f := Find([]byte(in))
	if f == None {
		t.Fatalf("%q is not known", in)
	}
	p := &plan{does: does}
	var r Rewriter
	b, err := r.Rewrite([]byte("> "), []byte(in), f, p.visit)
	if err != nil || !bytes.HasPrefix(b, []byte("> ")) {
		t.Fatalf("%q: %v", in, err)
	}
	if again := Find(b[2:]); again != f && len(b) > 3 {
		t.Fatalf("%q becomes %q, which is not whole", in, b)
	}
	return string(b[2:]), p.seen
}

type set map[string]string

const private = "s:14:\"\x00App\\User\x00name\";"

func TestPHP(t *testing.T) {
	for _, c := range []struct {
		in   string
		does set
		want string
	}{
		{`a:2:{s:4:"name";s:9:"Rose Hill";s:3:"age";i:42;}`, set{"name": "Jörg Möller"}, `a:2:{s:4:"name";s:13:"Jörg Möller";s:3:"age";i:42;}`},
		{`a:2:{s:4:"name";s:9:"Rose Hill";s:3:"age";i:42;}`, set{"name=": "nom", "age": "=7"}, `a:2:{s:3:"nom";s:9:"Rose Hill";s:3:"age";i:7;}`},
		{`a:3:{i:0;s:1:"a";i:1;s:1:"b";i:2;d:0.10000000000000001;}`, set{"[]": "xy"}, `a:3:{i:0;s:2:"xy";i:1;s:2:"xy";i:2;s:2:"xy";}`},
		{`a:2:{i:0;a:1:{s:1:"k";i:1;}i:1;a:1:{s:1:"k";N;}}`, set{"[].k": "drop"}, `a:2:{i:0;a:0:{}i:1;a:0:{}}`},
		{`a:2:{i:7;s:1:"a";s:1:"x";b:1;}`, set{"7=": "8", "x": "=false"}, `a:2:{i:8;s:1:"a";s:1:"x";b:0;}`},
		{`a:2:{i:7;s:1:"a";s:1:"x";b:0;}`, set{"7=": "rose", "x": "=true"}, `a:2:{s:4:"rose";s:1:"a";s:1:"x";b:1;}`},
		{"O:8:\"App\\User\":2:{" + private + `s:9:"Rose Hill";s:7:"` + "\x00*\x00role" + `";i:1;}`, set{"name": "I", "role": "null"},
			"O:8:\"App\\User\":2:{" + private + `s:1:"I";s:7:"` + "\x00*\x00role" + `";N;}`},
		{"O:8:\"App\\User\":1:{" + private + `i:1;}`, set{"name=": "n"}, "O:8:\"App\\User\":1:{s:11:\"\x00App\\User\x00n\";i:1;}"},
		{`C:3:"Old":24:{a:1:{s:1:"k";s:3:"abc";}}`, set{"k": "rose"}, `C:3:"Old":25:{a:1:{s:1:"k";s:4:"rose";}}`},
		{`a:1:{s:1:"e";E:11:"Suit:Hearts";}`, nil, `a:1:{s:1:"e";E:11:"Suit:Hearts";}`},
		{`d:INF;`, nil, `d:INF;`}, {`i:-5;`, set{"": "=1.5"}, `d:1.5;`}, {`d:5;`, set{"": "=6"}, `d:6;`}, {`s:2:"";";`, set{"": `"`}, `s:1:""";`},
		// What is dropped takes its number with it: 1 the array, 2 a, 3 b, 4 what c holds.
		{`a:4:{s:1:"a";s:1:"x";s:1:"b";a:1:{i:0;i:1;}s:1:"c";O:1:"K":0:{}s:1:"d";r:5;}`, set{"b": "drop"}, `a:3:{s:1:"a";s:1:"x";s:1:"c";O:1:"K":0:{}s:1:"d";r:3;}`},
		{`a:3:{s:1:"a";s:1:"x";s:1:"b";R:2;s:1:"c";R:2;}`, set{"a": "drop"}, `a:2:{s:1:"b";N;s:1:"c";N;}`},
		{`a:3:{s:1:"a";a:2:{i:0;i:1;i:1;i:2;}s:1:"b";s:1:"y";s:1:"c";R:5;}`, set{"a": "null", "b": "zz"}, `a:3:{s:1:"a";N;s:1:"b";s:2:"zz";s:1:"c";R:3;}`},
		{`a:2:{s:1:"a";a:2:{i:0;i:1;i:1;i:2;}s:1:"b";R:4;}`, set{"a=": "skip"}, `a:2:{s:1:"a";a:2:{i:0;i:1;i:1;i:2;}s:1:"b";R:4;}`},
		{`a:3:{i:0;i:1;i:1;i:2;i:2;R:3;}`, set{"[]": "drop"}, `a:1:{i:0;N;}`},
		// A session.
		{`name|s:9:"Rose Hill";cart|a:1:{i:0;i:5;}me|R:1;`, set{"name": "Iris Falk!"}, `name|s:10:"Iris Falk!";cart|a:1:{i:0;i:5;}me|R:1;`},
		{"Ärger|s:1:\"\xc4\";Ö|i:1;", set{"Ärger=": "drop", "Ö": "=2"}, "Ö|i:2;"},
		{`rose|i:1;x|N;y|R:2;`, set{"rose=": "a|b", "x=": "drop"}, `a_b|i:1;y|N;`},
	} {
		got, _ := rewritten(t, c.in, c.does)
		if got != c.want {
			t.Errorf("%v\n  in %q\n got %q\nwant %q", c.does, c.in, got, c.want)
		}
		if same, _ := rewritten(t, c.in, nil); same != c.in {
			t.Errorf("%q becomes %q though all is kept", c.in, same)
		}
	}
	_, seen := rewritten(t, `a:6:{s:1:"l";a:1:{i:0;i:1;}s:1:"m";a:1:{i:1;b:1;}s:3:"a.b";N;s:1:"e";E:1:"S";s:1:"i";d:NAN;s:1:"r";R:2;}`, nil)
	if diff := cmp.Diff([]string{"l[]:2:1", "m.1:3:1", `a\.b:4:`, "e:3:S", "i:3:NAN"}, seen); diff != "" {
		t.Errorf("what a visitor sees: %s", diff)
	}
}

func TestMessagePack(t *testing.T) {
	long := strings.Repeat("x", 40)
	for _, c := range []struct {
		in   string
		does set
		want string
	}{
		{"\x82\xa4name\xa9Rose Hill\xa3age\x2a", set{"name": "Iris"}, "\x82\xa4name\xa4Iris\xa3age\x2a"},
		{"\x82\xa4name\xa9Rose Hill\xa3age\x2a", set{"name": long, "age": "=300"}, "\x82\xa4name\xd9\x28" + long + "\xa3age\xcd\x01\x2c"},
		{"\x82\xa4name\xa9Rose Hill\xa3age\x2a", set{"name=": "drop"}, "\x81\xa3age\x2a"},
		{"\x81\xa4rose\xc0", set{"rose=": "iris falk"}, "\x81\xa9iris falk\xc0"},
		{"\x81\x07\xc3", set{"7=": "9", "7": "=false"}, "\x81\x09\xc2"},
		{"\x81\x07\xc3", set{"7=": "rose"}, "\x81\xa4rose\xc3"},
		{"\x93\x01\xa1a\xc0", set{"[]": "drop"}, "\x90"},
		{"\xdc\x00\x02\xa1a\xdf\x00\x00\x00\x01\xa1k\xa1v", set{"[].k": "drop"}, "\xdc\x00\x02\xa1a\xdf\x00\x00\x00\x00"},
		{"\x91\xd9\x01a", set{"[]": "bc"}, "\x91\xd9\x02bc"},
		{"\x91\xc4\x01a", set{"[]": strings.Repeat("y", 300)}, "\x91\xc5\x01\x2c" + strings.Repeat("y", 300)},
		{"\x91\xd4\x05a", set{"[]": "bc"}, "\x91\xd5\x05bc"},
		{"\x91\xd4\x05a", set{"[]": "bcd"}, "\x91\xc7\x03\x05bcd"},
		{"\x91\xd6\xff\x00\x00\x00\x01", set{"[]": "1970-01-01T00:00:02Z"}, "\x91\xd6\xff\x00\x00\x00\x02"},
		{"\x91\xd6\xff\x00\x00\x00\x01", set{"[]": "2106-02-08T00:00:00.5Z"}, "\x91\xd7\xff\x77\x35\x94\x01\x00\x00\xf6\x80"},
		{"\x91\xd6\xff\x00\x00\x00\x01", set{"[]": "0001-01-01T00:00:00Z"}, "\x91\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xf1\x88\x6e\x09\x00"},
		{"\x91\xd6\xff\x00\x00\x00\x01", set{"[]": "gone"}, "\x91\xa4gone"},
		{"\x91\xca\x3f\x80\x00\x00", set{"[]": "=2"}, "\x91\xca\x40\x00\x00\x00"},
		{"\x91\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00", set{"[]": "=2"}, "\x91\xcb\x40\x00\x00\x00\x00\x00\x00\x00"},
		{"\x91\x01", set{"[]": "=18446744073709551615"}, "\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff"},
		{"\x91\x01", set{"[]": "=-129"}, "\x91\xd1\xff\x7f"}, {"\x91\x01", set{"[]": "=-128"}, "\x91\xd0\x80"}, {"\x91\x01", set{"[]": "=-33"}, "\x91\xd0\xdf"},
		{"\x91\x01", set{"[]": "=128"}, "\x91\xcc\x80"}, {"\x91\x01", set{"[]": "=65536"}, "\x91\xce\x00\x01\x00\x00"}, {"\x91\x01", set{"[]": "=-2147483649"}, "\x91\xd3\xff\xff\xff\xff\x7f\xff\xff\xff"},
		{"\x91\x01", set{"[]": `="s"`}, "\x91\xa1s"}, {"\x91\x01", set{"[]": "=null"}, "\x91\xc0"}, {"\x91\x01", set{"[]": "=0.5"}, "\x91\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00"},
		{"\x92\x91\x91\x01\x02", set{"[][]": "null"}, "\x92\x91\xc0\x02"},
	} {
		got, _ := rewritten(t, c.in, c.does)
		if got != c.want {
			t.Errorf("%v\n  in %q\n got %q\nwant %q", c.does, c.in, got, c.want)
		}
		if same, _ := rewritten(t, c.in, nil); same != c.in {
			t.Errorf("%q becomes %q though all is kept", c.in, same)
		}
	}
	_, seen := rewritten(t, "\x98\x7f\xe0\xd0\x80\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xca\x3f\x80\x00\x00\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x01\xc2", nil)
	if diff := cmp.Diff([]string{"[]:2:127", "[]:2:-32", "[]:2:-128", "[]:2:18446744073709551615", "[]:2:1", "[]:3:+Inf", "[]:1:1970-01-01T00:00:01.000000001Z", "[]:3:false"}, seen); diff != "" {
		t.Errorf("what a visitor sees: %s", diff)
	}
}

// What is no whole value is none, however hostile.
func TestBroken(t *testing.T) {
	for _, in := range []string{
		"", "a", "a:", "a:1:{}", `a:1:{s:1:"k";}`, `a:99999999:{`, `s:5:"abc";`, `s:3:"abc"`, `s:3:"abc";x`, `i:;`, `i:+5;`, `i:1x;`, `b:2;`, `d:x;`, "d:" + strings.Repeat("1", 500) + ";",
		`O:1:"A":1:{i:0;i:1;`, `C:1:"A":9:{abc}`, `E:5:"S:H"`, `a:1:{a:0:{}i:1;}`, `N:`, `name|`, `|i:1;`, `name|i:1;x`, `{"a":1}`, "Jörg|Möller;", "\xc4|i:1;", strings.Repeat("a:1:{i:0;", 600) + "N;" + strings.Repeat("}", 600),
		"\x81", "\x81\xa1k", "\xdd\xff\xff\xff\xff\x01", "\xd9\x05abc", "\xc1", "\x91\x01\x01", "\x81\x90\x01", "\xc7\x05", "\xcf\x01", "é", "ööö", strings.Repeat("\x91", 600) + "\x01",
	} {
		if f := Find([]byte(in)); f != None {
			t.Errorf("%.40q is taken for %d", in, f)
		}
		for _, f := range []Format{PHP, Session, MessagePack} {
			if len(in) == 1 && f == MessagePack {
				continue // one byte of ASCII is a number
			}
			var r Rewriter
			out, err := r.Rewrite([]byte("> "), []byte(in), f, (&plan{}).visit)
			if !errors.Is(err, ErrSyntax) || string(out) != "> " {
				t.Errorf("%.40q as %d: %q, %v", in, f, out, err)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		does set
		want error
	}{
		{`s:1:"a";`, set{"": "drop"}, ErrReplacement}, {"\xa1a", set{"": "drop"}, ErrReplacement}, {`s:1:"a";`, set{"": "fail"}, errPlanned}, {"\x91\xa1a", set{"[]": "fail"}, errPlanned},
		{`s:1:"a";`, set{"": "={}"}, ErrReplacement}, {"\x91\xa1a", set{"[]": "=x"}, ErrReplacement}, {`a:1:{s:1:"a";i:1;}`, set{"a=": "fail"}, errPlanned}, {"\x81\xa1a\x01", set{"a=": "fail"}, errPlanned},
		{`C:3:"Old":3:{abc}`, nil, ErrCustom}, {`a:1:{i:0;R:9;}`, nil, ErrSyntax}, {`a|i:1;`, set{"a=": "fail"}, errPlanned}, {`a|i:1;`, set{"": "drop"}, ErrReplacement},
	} {
		var r Rewriter
		out, err := r.Rewrite([]byte("> "), []byte(c.in), Find([]byte(c.in)), (&plan{does: c.does}).visit)
		if !errors.Is(err, c.want) || string(out) != "> " {
			t.Errorf("%q: %q, %v", c.in, out, err)
		}
	}
	if got, _ := rewritten(t, `a:2:{s:1:"o";C:3:"Old":3:{abc}s:1:"n";s:1:"x";}`, set{"o": "skip", "n": "y"}); got != `a:2:{s:1:"o";C:3:"Old":3:{abc}s:1:"n";s:1:"y";}` {
		t.Errorf("a kept object that serialises itself: %q", got)
	}
}

func TestInner(t *testing.T) {
	for in, want := range map[string]string{`s:6:"a:0:{}";`: "s:2:\"zz\";", "\xa3abc": "\xa2zz", "\xc4\x03abc": "\xc4\x02zz", `i:5;`: "", "\x91\x01": "", "\xd4\x05a": ""} {
		f := Find([]byte(in))
		inner, ok := Inner([]byte(in), f)
		if ok != (want != "") || ok && (!strings.Contains(in, string(inner)) || string(Wrap(nil, []byte(in), []byte("zz"), f)) != want) {
			t.Errorf("%q holds %q, %v", in, inner, ok)
		}
	}
}

func TestForeign(t *testing.T) {
	for in, want := range map[string]string{
		"\x28\xb5\x2f\xfd....": "compressed with zstd", "\x04\x22\x4d\x18....": "compressed with lz4", "\xff\x06\x00\x00sNaPpY..": "compressed with snappy", "BZh91AY&SY": "compressed with bzip2",
		"\x80\x04\x95\x05\x00\x8c\x01a\x94.": "a Python pickle", "\x04\x08{\x06:\x06a\"\x06b": "a Ruby Marshal dump", "\xac\xed\x00\x05t": "a Java serialisation",
		"\x00\x00\x00\x02\x14\x01": "an igbinary serialisation", "\x0c\x00\x00\x00\x10a\x00\x01\x00\x00\x00\x00": "BSON",
		"": "", "abc": "", "Rose Hill": "", `{"a":1}`: "", "BZh is no name": "", "\x80\x04": "", "\x81\xa1a\x01": "", "a:0:{}": "", "\x04\x08  ": "", "öäüß": "",
	} {
		if got := Foreign([]byte(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// FuzzRewrite: what is kept stays, and what is changed is whole.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{`a:2:{s:4:"name";s:9:"Rose Hill";i:5;a:1:{i:0;r:1;}}`, `O:1:"A":1:{s:1:"k";R:1;}`, `C:3:"Old":24:{a:1:{s:1:"k";s:3:"abc";}}`, `n|s:1:"a";m|d:0.5;`, "\x82\xa4name\xa9Rose Hill\xa3age\xcd\x01\x00",
		"\x93\xc7\x03\x05abc\xd6\xff\x00\x00\x00\x01\xca\x3f\x80\x00\x00", "\xdf\x00\x00\x00\x01\x01\x91\xc0"} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(77))
	}
	f.Fuzz(func(t *testing.T, in []byte, does uint8) {
		format := Find(in)
		if format == None {
			return
		}
		Foreign(in)
		var r Rewriter
		n := 0
		out, err := r.Rewrite(nil, in, format, func(tok *text.Token) (text.Action, []byte, error) {
			n++
			switch choice := (int(does) + n) % 7; {
			case does == 0 || tok.Type == text.Null || len(tok.Path) == 0 && !tok.Key:
				return text.Keep, nil, nil
			case choice < 2:
				return text.SetText, bytes.Repeat([]byte("z"), n%40), nil
			case choice == 2:
				return text.Drop, nil, nil
			case choice == 3 && !tok.Key:
				return text.SetNull, nil, nil
			case choice == 4 && !tok.Key:
				return text.SetRaw, []byte("12345"), nil
			case choice == 5:
				return text.Skip, nil, nil
			}
			return text.Keep, nil, nil
		})
		switch {
		case errors.Is(err, ErrCustom) || errors.Is(err, ErrSyntax) && bytes.ContainsAny(in, "Rr"): // a reference to nothing
		case err != nil:
			t.Fatal(err)
		case does == 0 && !bytes.Equal(out, in):
			t.Fatalf("%q is kept as %q", in, out)
		case len(out) > 0 && Find(out) != format && !(format == MessagePack && len(out) < 2):
			t.Fatalf("%q becomes %q", in, out)
		}
	})
}
