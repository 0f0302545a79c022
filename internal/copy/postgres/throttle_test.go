package postgres

import (
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// endless is a connection that always has more.
type endless struct{ net.Conn }

func (endless) Read(b []byte) (int, error)      { return len(b), nil }
func (endless) SetDeadline(time.Time) error     { return nil }
func (endless) SetReadDeadline(time.Time) error { return nil }
func (endless) Close() error                    { return nil }
func slow(t *throttle) *slowConn {
	return &slowConn{Conn: endless{}, throttle: t, wake: make(chan struct{})}
}
func (c *slowConn) readFor(d time.Duration, size int) (sum int64) {
	for began := time.Now(); time.Since(began) < d; {
		n, _ := c.Read(make([]byte, size))
		sum += int64(n)
	}
	return sum
}

// All sessions together receive what the limit allows, no more and hardly
// less, on a clock that only the pauses move.
func TestThrottle(t *testing.T) {
	t.Parallel()
	const rate, seconds = 1 << 20, 20
	for _, sessions := range []int{1, 4} {
		for _, size := range []int{100, 8 << 10, 1 << 20} {
			synctest.Test(t, func(t *testing.T) {
				bucket := newThrottle(rate)
				defer bucket.ticks.Stop()
				var mu sync.Mutex
				var sum int64
				var wg sync.WaitGroup
				for range sessions {
					wg.Go(func() {
						n := slow(bucket).readFor(seconds*time.Second, size)
						mu.Lock()
						defer mu.Unlock()
						sum += n
					})
				}
				wg.Wait()
				most := int64(rate*seconds + rate/10*(sessions+1)) // a full bucket, and what each session had in its hand
				if sum > most || sum < rate*seconds*95/100 {
					t.Errorf("%d sessions, reads of %d: %d bytes in %d s, the limit is %d a second", sessions, size, sum, seconds, rate)
				}
			})
		}
	}
}

// A pause saves nothing up: after an idle minute the rate is what it was.
func TestThrottleSavesNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rate = 1 << 20
		bucket := newThrottle(rate)
		defer bucket.ticks.Stop()
		conn := slow(bucket)
		time.Sleep(time.Minute)
		if n := conn.readFor(time.Second, 8<<10); n > rate+3*rate/10 {
			t.Errorf("%d bytes in the second after a pause", n)
		}
	})
}

// A deadline, by which the driver interrupts a session, and a close end a
// pause; without a deadline it pauses again.
func TestThrottleWakes(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *slowConn){
		"deadline":      func(c *slowConn) { _ = c.SetDeadline(time.Unix(1, 0)) },
		"read deadline": func(c *slowConn) { _ = c.SetReadDeadline(time.Unix(1, 0)) },
		"close":         func(c *slowConn) { _ = c.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			bucket := newThrottle(10) // a byte a tick
			defer bucket.ticks.Stop()
			bucket.left = -1e9
			conn := slow(bucket)
			began := time.Now()
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = conn.Read(make([]byte, 1)) })
			time.Sleep(10 * time.Second)
			end(conn)
			wg.Wait()
			if took := time.Since(began); took != 10*time.Second {
				t.Errorf("%s: the read ended after %v", name, took)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		bucket := newThrottle(10)
		defer bucket.ticks.Stop()
		conn := slow(bucket)
		_ = conn.SetDeadline(time.Unix(1, 0))
		_ = conn.SetDeadline(time.Time{})
		began := time.Now()
		for range 11 {
			_, _ = conn.Read(make([]byte, 1))
		}
		if took := time.Since(began); took < 900*time.Millisecond {
			t.Errorf("11 bytes at 10 a second took %v", took)
		}
	})
}
