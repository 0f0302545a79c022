package kubelet

import (
	"io"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	env := environment{"A": "1", "B": "$(A)"}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "$(A)": "1", "x$(A)y$(B)": "x1y$(A)", "$(NOBODY)$(A)": "$(NOBODY)1",
		"$$(A)": "$(A)", "$$$(A)": "$1", "$": "$", "a$": "a$", "$A": "$A", "$(A": "$(A", "$()": "$()", "100$ $(A)": "100$ 1",
	} {
		if got := expand(text, env); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestLastLines(t *testing.T) {
	for _, c := range []struct{ text, lines, want string }{
		{"a\nb\nc\n", "", "a\nb\nc\n"}, {"a\nb\nc\n", "2", "b\nc\n"}, {"a\nb\nc", "2", "b\nc"}, {"a\nb\n", "0", ""},
		{"\nb\n", "2", "\nb\n"}, {"a\n", "5", "a\n"}, {"", "3", ""},
	} {
		f := strings.NewReader(c.text)
		skip(f, c.lines)
		if got, _ := io.ReadAll(f); string(got) != c.want {
			t.Errorf("the last %s lines of %q are %q, want %q", c.lines, c.text, got, c.want)
		}
	}
}
