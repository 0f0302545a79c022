package report

import (
	"errors"
	"fmt"
	"testing"
)

func TestCodeOf(t *testing.T) {
	plain := errors.New("plain")
	refused := &Refusal{Code: Privacy, What: "verify", Why: "a leak"}
	lost := &Error{Code: Transient, Op: "copy table", Err: plain}
	failed := &Error{Code: Failed, Op: "discard", Err: lost}
	for _, tc := range []struct {
		name string
		err  error
		want Code
	}{
		{"nil", nil, Failed},
		{"plain", plain, Failed},
		{"refusal", refused, Privacy},
		{"error", lost, Transient},
		{"wrapped refusal", fmt.Errorf("run: %w", refused), Privacy},
		{"error without a class around one with", &Error{Op: "run", Err: lost}, Transient},
		{"error without a class around a refusal", &Error{Op: "run", Err: fmt.Errorf("x: %w", refused)}, Privacy},
		{"outermost class counts", &Error{Code: Denied, Err: lost}, Denied},
		{"outermost class counts over a refusal", &Error{Code: Denied, Err: refused}, Denied},
		{"refusal, then what went wrong in cleaning up", errors.Join(refused, failed), Privacy},
		{"refusal, then a transient error", errors.Join(refused, lost), Privacy},
		{"transient error, then a refusal", errors.Join(lost, refused), Transient},
		{"transient error, then a discard that failed", errors.Join(lost, failed), Transient},
		{"no class, then a discard that failed transiently", errors.Join(plain, failed), Failed},
		{"no class, then one with", errors.Join(plain, refused), Privacy},
		{"failed, then a leak", errors.Join(failed, refused), Privacy},
		{"joined twice", errors.Join(errors.Join(plain, lost), refused), Transient},
		{"two %w", fmt.Errorf("%w and %w", lost, refused), Transient},
		{"join within an error", &Error{Op: "verify", Err: errors.Join(plain, refused)}, Privacy},
		{"refusal without a class", &Refusal{What: "x"}, Failed},
		{"nil pointer", (*Error)(nil), Failed},
		{"error without a cause", &Error{Op: "x"}, Failed},
	} {
		if got := CodeOf(tc.err); got != tc.want {
			t.Errorf("%s: CodeOf is %s, want %s", tc.name, got, tc.want)
		}
		if got := IsTransient(tc.err); got != (tc.want == Transient) {
			t.Errorf("%s: IsTransient is %v", tc.name, got)
		}
	}
}

func TestErrorText(t *testing.T) {
	cause := errors.New("connection reset")
	for _, tc := range []struct {
		err  error
		want string
	}{
		{&Error{Store: "redis", Side: Source, Op: "read keys", Chunk: "redis/3", Err: cause}, "redis source: read keys [redis/3]: connection reset"},
		{&Error{Store: "redis", Op: "read keys"}, "redis: read keys"},
		{&Error{Op: "keep the lock", Err: cause, Hint: "run again"}, "keep the lock: connection reset\nhint: run again"},
		{&Refusal{What: "copy a to b", Why: "b is protected"}, "copy a to b: b is protected"},
		{&Refusal{What: "w", Why: "y", Lines: []string{"a: #", "b:\n  c: #"}, Hint: "h"}, "w: y\n  a: #\n  b:\n    c: #\nhint: h"},
	} {
		if got := tc.err.Error(); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
	if !errors.Is(&Error{Op: "x", Err: cause}, cause) {
		t.Error("the cause is not reached through Unwrap")
	}
}

func TestTally(t *testing.T) {
	var sum Tally
	a := Tally{Records: 1, Bytes: 2, Kept: 3, Changed: 4, Dropped: 5, Skipped: 6, Missing: 7, Groups: map[string]int64{"users": 1}}
	sum.Add(a)
	sum.Add(a)
	sum.In("orders", 3)
	if sum.Records != 2 || sum.Bytes != 4 || sum.Kept != 6 || sum.Changed != 8 || sum.Dropped != 10 || sum.Skipped != 12 || sum.Missing != 14 {
		t.Errorf("sum is %+v", sum)
	}
	if sum.Groups["users"] != 2 || sum.Groups["orders"] != 3 || a.Groups["users"] != 1 {
		t.Errorf("groups are %v, and %v", sum.Groups, a.Groups)
	}
	c := sum.Clone()
	c.In("users", 1)
	if sum.Groups["users"] != 2 {
		t.Error("a clone shares its groups")
	}
}
