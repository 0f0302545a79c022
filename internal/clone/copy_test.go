package clone_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Only what is transient is tried again, three times in all.
func TestRetry(t *testing.T) {
	transient := &report.Error{Code: report.Transient, Op: "read"}
	for _, tc := range []struct {
		name     string
		fails    int
		err      error
		copies   int
		sleeps   int
		complete bool
	}{
		{"once", 1, transient, 2, 1, true},
		{"twice", 2, fmt.Errorf("wrapped: %w", transient), 3, 2, true},
		{"for good", 9, transient, 3, 2, false},
		{"unclassified", 1, errPlain, 1, 0, false},
		{"denied", 1, &report.Error{Code: report.Denied, Op: "read"}, 1, 0, false},
		{"refused", 1, &report.Refusal{Code: report.Full, What: "x"}, 1, 0, false},
	} {
		b := newBench(t)
		left := tc.fails
		b.stores[0].at = func(_ context.Context, step string) error {
			if step == "copy 1" && left > 0 {
				left--
				return tc.err
			}
			return nil
		}
		m, err := b.run(t.Context(), t)
		if (err == nil) != tc.complete || b.count("postgres copy 1") != tc.copies || b.count("sleep") != tc.sleeps {
			t.Errorf("%s: %v, %d copies, %d sleeps", tc.name, err, b.count("postgres copy 1"), b.count("sleep"))
		}
		if err != nil && (report.CodeOf(err) != report.CodeOf(tc.err) || tc.name != "refused" && !strings.Contains(err.Error(), "postgres/1")) {
			t.Errorf("%s: the error is %v", tc.name, err)
		}
		if tc.complete && m.Stores[0].Tally.Records != 2 {
			t.Errorf("%s: %d records", tc.name, m.Stores[0].Tally.Records)
		}
	}
}

// Chunks wait for groups, and with however few workers that never locks up.
func TestGroups(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.job.Workers = workers
			s := b.stores[0]
			s.chunks = nil
			for i := range 5 {
				s.chunks = append(s.chunks, s.chunk(fmt.Sprint("a", i), "a"))
			}
			for i := range 3 {
				s.chunks = append(s.chunks, s.chunk(fmt.Sprint("b", i), "b", "a", "no such group"))
			}
			s.chunks = append(s.chunks, s.chunk("c1", "c", "a", "b"), s.chunk("c2", "c", "b"), s.chunk("d", "", "c", "a"))
			ended := make(map[string]time.Time)
			s.at = func(_ context.Context, step string) error {
				if strings.HasPrefix(step, "copy") {
					time.Sleep(time.Second)
					s.mu.Lock()
					ended[step] = time.Now()
					s.mu.Unlock()
				}
				return nil
			}
			if _, err := b.run(t.Context(), t); err != nil {
				t.Fatal(err)
			}
			for _, pair := range [][2]string{{"a4", "b0"}, {"a4", "c1"}, {"b2", "c1"}, {"b2", "c2"}, {"c2", "d"}} {
				if d := ended["copy "+pair[1]].Sub(ended["copy "+pair[0]]); d < time.Second {
					t.Errorf("%d workers: %s ended %v after %s", workers, pair[1], d, pair[0])
				}
			}
		})
	}
}

// A chunk that comes after others holds no worker until they are done, and
// then the largest goes first, before what has not been listed yet.
func TestWaitingHoldsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.job.Workers = 2
		b.job.Readers = b.job.Readers[:1]
		s := b.stores[0]
		s.chunks = []clone.Chunk{s.chunk("a", "a"), s.chunk("small", "", "a"), s.chunk("large", "", "a")}
		s.chunks[2].Bytes = 1
		for i := range 20 {
			s.chunks = append(s.chunks, s.chunk(fmt.Sprint("c", i), "c"))
		}
		var started []string
		s.at = func(_ context.Context, step string) error {
			name, copying := strings.CutPrefix(step, "copy ")
			if !copying {
				return nil
			}
			s.mu.Lock()
			started = append(started, name)
			s.mu.Unlock()
			if name == "a" {
				time.Sleep(9500 * time.Millisecond)
			}
			time.Sleep(time.Second)
			return nil
		}
		if _, err := b.run(t.Context(), t); err != nil {
			t.Fatal(err)
		}
		if at := slices.Index(started, "large"); at < 11 || at > 13 || slices.Index(started, "small") != at+1 {
			t.Errorf("started in the order %v", started)
		}
	})
}

// A list that cannot be obeyed is refused; it would wait for ever, or run an
// index over half a table.
func TestGroupsOutOfOrder(t *testing.T) {
	for name, list := range map[string]func(s *store) []clone.Chunk{
		"a group that grows": func(s *store) []clone.Chunk {
			return []clone.Chunk{s.chunk("1", "a"), s.chunk("2", "", "a"), s.chunk("3", "a")}
		},
		"a group that comes later":   func(s *store) []clone.Chunk { return []clone.Chunk{s.chunk("2", "", "a"), s.chunk("3", "a")} },
		"a chunk that awaits itself": func(s *store) []clone.Chunk { return []clone.Chunk{s.chunk("3", "a", "a")} },
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.job.Workers = 1
			b.stores[0].chunks = list(b.stores[0])
			_, err := b.run(t.Context(), t)
			if err == nil || !strings.Contains(err.Error(), "list chunk postgres/3: it joins group a after postgres/") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// A failing chunk ends a listing that takes its time.
func TestFailureEndsListing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, listing := newBench(t), false
		b.job.Workers = 8
		b.stores[2].at = func(_ context.Context, step string) error {
			if step != "copy 1" {
				return nil
			}
			time.Sleep(time.Second)
			return errPlain
		}
		b.stores[0].at = func(ctx context.Context, step string) error {
			if step == "list" {
				listing = true
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
				}
			}
			return nil
		}
		start := time.Now()
		if _, err := b.run(t.Context(), t); !errors.Is(err, errPlain) || time.Since(start) > time.Minute || !listing {
			t.Errorf("%v after %v, listing: %v", err, time.Since(start), listing)
		}
	})
}

// After the lock is lost nothing is touched: the staging place may be another
// run's by now.
func TestLostLock(t *testing.T) {
	for _, step := range []string{"survey", "copy 1", "scan", "switch"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			for _, s := range b.stores {
				s.at = func(ctx context.Context, at string) error {
					if at != step {
						return nil
					}
					first := b.stores[0]
					first.mu.Lock()
					first.lost = errPlain
					first.mu.Unlock()
					select {
					case <-ctx.Done():
						return errors.New("cut off")
					case <-time.After(time.Hour):
						return nil
					}
				}
			}
			start := time.Now()
			m, err := b.run(t.Context(), t)
			if !errors.Is(err, guard.ErrLost) || report.CodeOf(err) != report.Transient || m.Result != string(report.Transient) || time.Since(start) > time.Minute || strings.Count(err.Error(), "keep the lock") != 1 {
				t.Errorf("%s: %v, result %q after %v", step, err, m.Result, time.Since(start))
			}
			for _, k := range kinds {
				if b.index(k+" discard") >= 0 || b.index(k+" mark complete") >= 0 {
					t.Errorf("%s: %s was touched after the lock was lost", step, k)
				}
			}
			if step == "switch" && (b.states() != "new switching" || b.index("blob switch") >= 0) {
				t.Errorf("markers say %s", b.states())
			}
		})
	}
}

// A lock that is lost between two heartbeats is noticed before the switch and
// before anything is discarded.
func TestLostLockIsNoticedInTime(t *testing.T) {
	for _, step := range []string{"unplant", "seal"} {
		b := newBench(t)
		b.stores[0].at = func(_ context.Context, at string) error {
			if at == step {
				b.stores[0].mu.Lock()
				b.stores[0].lost = errPlain
				b.stores[0].mu.Unlock()
				if step == "seal" {
					return &report.Error{Code: report.Full, Op: "write"}
				}
			}
			return nil
		}
		_, err := b.run(t.Context(), t)
		if !errors.Is(err, guard.ErrLost) || b.index("redis switch") >= 0 || b.index("redis discard") >= 0 || b.index("redis mark switching") >= 0 || b.index("redis mark complete") >= 0 {
			t.Errorf("%s: %v\n%s", step, err, b)
		}
		if want := map[string]report.Code{"unplant": report.Transient, "seal": report.Full}[step]; report.CodeOf(err) != want {
			t.Errorf("%s: code %s", step, report.CodeOf(err))
		}
	}
}

// A server that goes down takes the lock with it. What a writer was told of the
// reason comes later than the heartbeat now and then, and says more.
func TestLastWordsAfterALostLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.stores[0].at = func(ctx context.Context, at string) error {
			if at != "copy 1" {
				return nil
			}
			b.stores[0].mu.Lock()
			b.stores[0].lost = errPlain
			b.stores[0].mu.Unlock()
			select {
			case <-ctx.Done():
				return errors.New("cut off")
			case <-time.After(4 * time.Second): // the heartbeat came after three
				return &report.Error{Code: report.Full, Op: "write"}
			}
		}
		m, err := b.run(t.Context(), t)
		if report.CodeOf(err) != report.Full || !errors.Is(err, guard.ErrLost) || m.Result != string(report.Full) {
			t.Errorf("%v, result %q", err, m.Result)
		}
		for _, k := range kinds {
			if b.index(k+" discard") >= 0 {
				t.Errorf("%s was touched after the lock was lost", k)
			}
		}
	})
}

// A lock that lives only as long as it is renewed is renewed in Finish and
// Clean as well.
func TestFinishKeepsTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.fail("redis", "switch", errPlain)
		if _, err := b.run(t.Context(), t); err == nil {
			t.Fatal("the switch succeeded")
		}
		b.admit(t)
		b.stores[2].at = func(ctx context.Context, step string) error {
			if step == "switch" || step == "discard" {
				b.stores[0].mu.Lock()
				b.stores[0].lost = errPlain
				b.stores[0].mu.Unlock()
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		if err := clone.Finish(t.Context(), b.job.Readers, b.job.Destination); !errors.Is(err, guard.ErrLost) || b.states() != "new switching" {
			t.Errorf("finish: %v, markers say %s", err, b.states())
		}
		if err := clone.Clean(t.Context(), b.job.Readers, b.job.Destination); !errors.Is(err, guard.ErrLost) {
			t.Errorf("clean: %v", err)
		}
	})
}

// Each worker has an Anonymizer of its own.
func TestAnonymizersAreNotShared(t *testing.T) {
	b := newBench(t)
	b.job.Workers = 3
	used := make(map[*anonymize.Anonymizer]bool)
	busy := make(map[*anonymize.Anonymizer]bool)
	s := b.stores[0]
	s.chunks = nil
	for i := range 30 {
		c := s.chunk(fmt.Sprint(i), "")
		once := c.Copy
		c.Copy = func(ctx context.Context, a *anonymize.Anonymizer) (report.Tally, error) {
			s.mu.Lock()
			if busy[a] {
				t.Error("two chunks share an Anonymizer at once")
			}
			busy[a], used[a] = true, true
			s.mu.Unlock()
			tally, err := once(ctx, a)
			s.mu.Lock()
			busy[a] = false
			s.mu.Unlock()
			return tally, err
		}
		s.chunks = append(s.chunks, c)
	}
	if _, err := b.run(t.Context(), t); err != nil || len(used) > 3 {
		t.Errorf("%v, %d Anonymizers", err, len(used))
	}
}
