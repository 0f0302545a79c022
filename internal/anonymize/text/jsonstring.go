package text

import (
	"unicode/utf16"
	"unicode/utf8"
)

// This room translates between a JSON string as it stands and the text it means.

// unescape appends the text of the inside of a valid JSON string. A surrogate without its partner becomes U+FFFD.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		if s[i+1] == 'u' {
			r := hexRune(s[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
					low = hexRune(s[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, escapeMeaning(s[i+1]))
		i += 2
	}
	return dst
}

// escapeMeaning returns the byte that a one-letter escape stands for.
func escapeMeaning(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// hexRune reads four hexadecimal digits.
func hexRune(s []byte) rune {
	r := 0
	for _, c := range s[:4] {
		r = r<<4 | hexDigit(c)
	}
	return rune(r)
}

// AppendString appends text as a JSON string with its quotes, escaping only what must be. Bytes that are not UTF-8
// become U+FFFD.
func AppendString(dst, text []byte) []byte {
	dst = appendEscaped(append(dst, '"'), text)
	return append(dst, '"')
}

// appendEscaped is AppendString without the quotes.
func appendEscaped(dst, text []byte) []byte {
	if !utf8.Valid(text) {
		return appendRunes(dst, text)
	}
	for i := 0; ; i++ {
		end := plainEnd(text, i)
		dst = append(dst, text[i:end]...)
		if i = end; i == len(text) {
			return dst
		}
		dst = appendEscape(dst, text[i])
	}
}

// appendRunes is appendEscaped character by character.
func appendRunes(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r < ' ' || r == '"' || r == '\\' {
			dst = appendEscape(dst, byte(r))
		} else {
			dst = utf8.AppendRune(dst, r)
		}
		i += n
	}
	return dst
}

// appendEscape appends the escape of a byte that must not stand in a string.
func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
