// Package parallel is the only place that starts a goroutine.
//
// Each runs a bounded number of calls at once, With runs one helper beside a
// body, Protect turns a panic into an error that names the type and the place
// and never the value. All of them return only when everything they started
// has returned; back-pressure is the call stack.
package parallel

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"time"
)

// doneError cancels what is no longer needed after a clean end. It is the
// cause that a background sees when its body has ended.
type doneError struct{}

// Error returns "done".
func (doneError) Error() string { return "done" }

// Is makes it a cancellation to whoever asks.
func (doneError) Is(target error) bool { return target == context.Canceled }

// Each calls fn for every item of seq, at most n calls at once (n < 1 is 1),
// and returns when all calls have returned. worker, 0 ≤ worker < n, is not
// shared by two calls that run at the same time, so it may index state that
// one goroutine owns. The first error, of fn or of seq, stops the rest: it
// becomes the cause of the context that the other calls see, and Each
// returns it. A panic in fn is an error.
func Each[T any](ctx context.Context, n int, seq iter.Seq2[T, error], fn func(ctx context.Context, worker int, item T) error) error {
	n = max(n, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(doneError{})
	workers := make(chan int, n)
	for i := range n {
		workers <- i
	}
	var wg sync.WaitGroup
	err := Protect(func() error {
		for item, err := range seq {
			if err != nil {
				return err
			}
			select {
			case worker := <-workers:
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				wg.Go(func() {
					defer func() { workers <- worker }()
					if err := Protect(func() error { return fn(ctx, worker, item) }); err != nil {
						cancel(err)
					}
				})
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	if err != nil {
		cancel(err)
	}
	wg.Wait()
	return context.Cause(ctx)
}

// All calls fn with 0 ≤ i < count, at most n calls at once, as Each does.
func All(ctx context.Context, n, count int, fn func(ctx context.Context, i int) error) error {
	return Each(ctx, n, func(yield func(int, error) bool) {
		for i := 0; i < count && yield(i, nil); i++ {
		}
	}, func(ctx context.Context, _, i int) error { return fn(ctx, i) })
}

// With runs background beside body and returns when both have returned.
// background sees its context cancelled as soon as body has ended and should
// then return; if background fails first, its error becomes the cause that
// body sees. body's own error wins, unless it is only the echo of that
// cancellation; a background that failed fails a body that did not notice.
// Heartbeats, tickers and the watch over a snapshot's
// connection are what it is for.
func With(ctx context.Context, background, body func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(doneError{})
	backCtx, stop := context.WithCancelCause(ctx)
	var failed error // background's own failure, not the echo of its end
	var wg sync.WaitGroup
	wg.Go(func() {
		err := Protect(func() error { return background(backCtx) })
		if err != nil && context.Cause(backCtx) == nil {
			failed = err
			cancel(err)
		}
	})
	err := Protect(func() error { return body(ctx) })
	stop(doneError{})
	wg.Wait()
	echo := errors.Is(err, context.Canceled)
	if failed != nil && (err == nil || echo) {
		return failed
	}
	if cause := context.Cause(ctx); cause != nil && echo {
		return cause
	}
	return err
}

// Sleep waits, or returns early with the cause when ctx ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Every calls fn each interval, first after one of them, until ctx ends, which
// is no error, or fn fails. A failure that is only the echo of ctx's end is none.
func Every(ctx context.Context, interval time.Duration, fn func(ctx context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := fn(ctx); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}
	}
}

// PanicError is a panic that was caught. It names the panic's type and the
// place where it was raised; the value itself, which may be data, is gone.
type PanicError struct {
	Type  string // Go type of the panic's value
	Place string // file:line of the function that panicked
}

// Error returns "panic of type T at file:line".
func (e *PanicError) Error() string {
	return fmt.Sprintf("panic of type %s at %s", e.Type, e.Place)
}

// Protect calls fn and turns a panic into a *PanicError. Everything that a
// library calls on a goroutine of its own (readers handed to COPY, bodies,
// RoundTrippers) goes through it: a panic there would print data and end the
// process.
func Protect(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Type: fmt.Sprintf("%T", v), Place: panicPlace()}
		}
	}()
	return fn()
}

// panicPlace finds the first frame below the runtime's own panic machinery.
func panicPlace() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !passing(frame.Function) {
			return fmt.Sprintf("%s:%d", shortFile(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// passing reports a function that a panic only passes: the runtime's own,
// iter.Pull's, which raises it again where next is called, and Protect.
func passing(function string) bool {
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "iter.") || strings.Contains(function, "/parallel.Protect")
}

// shortFile keeps the last two elements of a path: the package and the file.
func shortFile(file string) string {
	if i := strings.LastIndexByte(file, '/'); i > 0 {
		if j := strings.LastIndexByte(file[:i], '/'); j >= 0 {
			return file[j+1:]
		}
	}
	return file
}
