package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"help":           {[]string{"-h"}, 0, "-people"},
		"unknown verb":   {[]string{"sow"}, 1, `unknown verb "sow"`},
		"unknown store":  {[]string{"--stores", "mongo"}, 1, `"mongo" is none of`},
		"an argument":    {[]string{"show", "7"}, 1, `unexpected argument "7"`},
		"measure alone":  {[]string{"measure"}, 1, "needs a command"},
		"measure":        {[]string{"measure", "--", "sh", "-c", "exit 9"}, 9, "of memory"},
		"measure signal": {[]string{"measure", "sh", "-c", "kill -TERM $$"}, 143, "of memory"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(t.Context(), c.args, &out, &out); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit code %d, want %d, and %q in:\n%s", code, c.code, c.says, out.String())
			}
		})
	}
}
