package document

import "bytes"

// dataURIs replaces the files that stand in a text as data:…;base64,… by what
// stands for them: a picture in a page is somebody's face as much as a picture
// beside it.
func (r *Rewriter) dataURIs(s []byte) []byte {
	var edits []textEdit
	low := bytes.ToLower(s)
	if len(low) != len(s) { // letters whose small form is of another length
		low = s
	}
	for pos := 0; ; {
		i := bytes.Index(low[pos:], []byte(";base64,"))
		if i < 0 {
			return apply(s, edits)
		}
		start := pos + i + len(";base64,")
		begin := max(pos, start-200)
		if pos = start; !bytes.Contains(low[begin:start], []byte("data:")) {
			continue
		}
		end := uriEnd(s, start)
		plain, ok := unbase64(percent(s[start:end]))
		switch {
		case !ok && end-start < shortestFile:
		case !ok:
			r.replaced++
			edits = append(edits, edit(start, end, nil))
		default:
			if fresh := r.part(plain, ""); !bytes.Equal(fresh, plain) {
				edits = append(edits, edit(start, end, base64Lines(fresh, 0, nil)))
			}
		}
		pos = end
	}
}

// shortestFile is the length of what may be a broken file, in characters; what
// is shorter is text.
const shortestFile = 24

// uriEnd returns the end of the base64 at start, which may be cut into lines
// and have its signs written as %2B.
func uriEnd(s []byte, start int) int {
	end, row := start, 0
	for i := start; i < len(s); i++ {
		switch c := s[i]; {
		case isBase64(c), c == '=', c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0:
			end, row = i+1, row+1
		case (c == '\r' || c == '\n' || c == ' ' || c == '\t') && row >= 60 || c == '\n' && i > start && s[i-1] == '\r' || row == 0 && i > start && c <= ' ':
			row = 0
		default:
			return end
		}
	}
	return end
}

// percent undoes %2B and its kin.
func percent(s []byte) []byte {
	if bytes.IndexByte(s, '%') < 0 {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

func isBase64(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
