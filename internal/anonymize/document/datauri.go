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
		end := start
		for end < len(s) && (isBase64(s[end]) || s[end] == '=') {
			end++
		}
		plain, ok := unbase64(s[start:end])
		if !ok {
			plain = s[start:end] // no file: text without a form
		}
		if fresh := r.part(plain, ""); !ok || !bytes.Equal(fresh, plain) {
			edits = append(edits, edit(start, end, base64Lines(fresh, 0, nil)))
		}
		pos = end
	}
}

func isBase64(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
