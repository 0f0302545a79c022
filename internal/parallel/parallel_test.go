package parallel

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	errOne    = errors.New("one")
	errTwo    = errors.New("two")
	errParent = errors.New("parent")
)

// numbers yields 0 … n−1 and then err, if there is one.
func numbers(n int, err error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if err != nil {
			yield(0, err)
		}
	}
}

func TestEachIsBounded(t *testing.T) {
	for _, tc := range []struct{ n, items, seconds int }{{4, 100, 25}, {1, 3, 3}, {0, 3, 3}, {-1, 2, 2}, {8, 3, 1}, {4, 0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var now, most atomic.Int64
			busy := make([]atomic.Bool, max(tc.n, 1))
			var mu sync.Mutex
			seen := make(map[int]int)
			err := Each(t.Context(), tc.n, numbers(tc.items, nil), func(_ context.Context, worker, item int) error {
				if busy[worker].Swap(true) {
					t.Errorf("worker %d was shared", worker)
				}
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
				mu.Lock()
				seen[item]++
				mu.Unlock()
				busy[worker].Store(false)
				return nil
			})
			if err != nil || len(seen) != tc.items {
				t.Errorf("Each(%d): %v, %d of %d items", tc.n, err, len(seen), tc.items)
			}
			if most.Load() > int64(max(tc.n, 1)) {
				t.Errorf("Each(%d) ran %d at once", tc.n, most.Load())
			}
			if took := time.Since(start); took != time.Duration(tc.seconds)*time.Second {
				t.Errorf("Each(%d) of %d took %v, want %d s", tc.n, tc.items, took, tc.seconds)
			}
		})
	}
}

func TestEachFirstErrorIsTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started, running atomic.Int64
		err := Each(t.Context(), 3, numbers(100, nil), func(ctx context.Context, _, item int) error {
			started.Add(1)
			running.Add(1)
			defer running.Add(-1)
			if item == 1 {
				time.Sleep(time.Second)
				return errOne
			}
			<-ctx.Done()
			if cause := context.Cause(ctx); cause != errOne {
				t.Errorf("item %d saw the cause %v", item, cause)
			}
			time.Sleep(time.Minute) // Each waits for slow ends as well
			return errTwo
		})
		if err != errOne {
			t.Errorf("Each returned %v", err)
		}
		if running.Load() != 0 {
			t.Errorf("%d calls were still running when Each returned", running.Load())
		}
		if started.Load() != 3 {
			t.Errorf("%d calls were started, want 3", started.Load())
		}
	})
}

func TestEachErrorOfTheSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done atomic.Int64
		err := Each(t.Context(), 4, numbers(3, errTwo), func(ctx context.Context, _, _ int) error {
			<-ctx.Done()
			done.Add(1)
			return context.Cause(ctx)
		})
		if err != errTwo || done.Load() != 3 {
			t.Errorf("Each returned %v after %d calls", err, done.Load())
		}
	})
}

func TestEachCancelledFromOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errParent) })
		err := Each(ctx, 2, numbers(100, nil), func(ctx context.Context, _, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})
		if err != errParent {
			t.Errorf("Each returned %v, want the cause", err)
		}
		called := false
		err = Each(ctx, 2, numbers(3, nil), func(context.Context, int, int) error { called = true; return nil })
		if err != errParent || called {
			t.Errorf("Each on a context that had ended: %v, called: %v", err, called)
		}
	})
}

// A helper that is stopped because its body is done must not report the rest
// of its work as done.
func TestEachInsideABackgroundIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inner error
		err := With(t.Context(), func(ctx context.Context) error {
			inner = Each(ctx, 1, numbers(100, nil), func(ctx context.Context, _, _ int) error { <-ctx.Done(); return nil })
			return inner
		}, func(context.Context) error { synctest.Wait(); return nil })
		if err != nil {
			t.Errorf("With returned %v", err)
		}
		if !errors.Is(inner, context.Canceled) {
			t.Errorf("Each that was cut off returned %v", inner)
		}
	})
}

func TestPanicsAreErrors(t *testing.T) {
	type secret struct{ value string }
	panics := map[string]func(){
		"parallel.secret":     func() { panic(secret{"a value"}) },
		"string":              func() { panic("a value") },
		"runtime.boundsError": func() { i := 3; _ = make([]int, i-3)[i] },
		"*errors.errorString": func() { panic(errors.New("a value")) },
	}
	for name, do := range panics {
		calls := map[string]func() error{
			"Protect": func() error { return Protect(func() error { do(); return nil }) },
			"Each": func() error {
				return Each(t.Context(), 2, numbers(9, nil), func(context.Context, int, int) error { do(); return nil })
			},
			"sequence": func() error {
				return Each(t.Context(), 2, func(func(int, error) bool) { do() }, func(context.Context, int, int) error { return nil })
			},
			"pulled sequence": func() error {
				return Protect(func() error {
					next, stop := iter.Pull(func(func(int) bool) { do() })
					defer stop()
					next()
					return nil
				})
			},
			"body": func() error {
				return With(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return nil }, func(context.Context) error { do(); return nil })
			},
			"background": func() error {
				return With(t.Context(), func(context.Context) error { do(); return nil }, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			},
		}
		for place, call := range calls {
			err := call()
			p, ok := errors.AsType[*PanicError](err)
			if !ok || p.Type != name {
				t.Errorf("%s in %s: %v", name, place, err)
				continue
			}
			if strings.Contains(err.Error(), "value") {
				t.Errorf("%s in %s prints the value: %v", name, place, err)
			}
			if !strings.HasPrefix(p.Place, "parallel/parallel_test.go:") {
				t.Errorf("%s in %s is placed at %s", name, place, p.Place)
			}
		}
	}
}

func TestWith(t *testing.T) {
	wait := func(ctx context.Context) error { <-ctx.Done(); return nil }
	echo := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	after := func(d time.Duration, err error) func(context.Context) error {
		return func(context.Context) error { time.Sleep(d); return err }
	}
	for _, tc := range []struct {
		name             string
		background, body func(context.Context) error
		want             error
		took             time.Duration
	}{
		{"both well", wait, after(time.Second, nil), nil, time.Second},
		{"body fails", wait, after(time.Second, errOne), errOne, time.Second},
		{"background fails, body echoes", after(time.Second, errTwo), echo, errTwo, time.Second},
		{"background fails, body does not notice", after(time.Second, errTwo), after(2*time.Second, nil), errTwo, 2 * time.Second},
		{"background fails, body fails for itself", after(time.Second, errTwo), after(2*time.Second, errOne), errOne, 2 * time.Second},
		{"background ends early", after(time.Second, nil), after(2*time.Second, nil), nil, 2 * time.Second},
		{"background echoes its end", echo, after(time.Second, nil), nil, time.Second},
		{"background is slow to end", func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Hour); return errTwo }, after(time.Second, nil), nil, time.Hour + time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				if err := With(t.Context(), tc.background, tc.body); err != tc.want {
					t.Errorf("With returned %v, want %v", err, tc.want)
				}
				if took := time.Since(start); took != tc.took {
					t.Errorf("With took %v, want %v", took, tc.took)
				}
			})
		})
	}
}

func TestWithCancelledFromOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errParent) })
		seen := errors.New("unset")
		err := With(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, func(ctx context.Context) error {
			<-ctx.Done()
			seen = context.Cause(ctx)
			return ctx.Err()
		})
		if err != errParent || seen != errParent {
			t.Errorf("With returned %v, body saw %v", err, seen)
		}
		if err := With(ctx, func(context.Context) error { return nil }, func(context.Context) error { return nil }); err != nil {
			t.Errorf("a body that succeeded in spite of it: %v", err)
		}
	})
}

// Sleep waits as long as it is told, or returns the cause of an early end.
func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if err := Sleep(ctx, time.Hour); err != why || time.Since(began) != time.Minute {
			t.Errorf("cancelled: %v after %v", err, time.Since(began))
		}
	})
}

// Every calls at each interval until it fails; the end of its context is no
// failure, whatever the call made of it.
func TestEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, calls, why := time.Now(), 0, errors.New("why")
		err := Every(t.Context(), time.Second, func(context.Context) error {
			if calls++; calls == 3 {
				return why
			}
			return nil
		})
		if err != why || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := Every(ctx, time.Second, func(ctx context.Context) error { cancel(); return ctx.Err() }); err != nil {
			t.Errorf("ended: %v", err)
		}
		if err := Every(ctx, time.Second, func(context.Context) error { t.Error("called"); return nil }); err != nil {
			t.Errorf("ended before: %v", err)
		}
	})
}

// TestAll calls for each number once, and ends with the first error.
func TestAll(t *testing.T) {
	var calls [100]atomic.Int32
	if err := All(t.Context(), 7, len(calls), func(_ context.Context, i int) error { calls[i].Add(1); return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		if n := calls[i].Load(); n != 1 {
			t.Errorf("%d was called %d times", i, n)
		}
	}
	failed := errors.New("failed")
	if err := All(t.Context(), 2, 1000, func(_ context.Context, i int) error {
		if i == 3 {
			return failed
		}
		return nil
	}); !errors.Is(err, failed) {
		t.Errorf("ended with %v", err)
	}
}
