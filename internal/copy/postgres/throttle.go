package postgres

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// throttle bounds what is received from one server, over all sessions of a
// run: a bucket that holds what is allowed in one period and is filled once a
// period. It needs no clock: the ticks are the time. Those that nobody waits
// for are lost, so what was not used cannot be used up later.
type throttle struct {
	quantum float64       // bytes a period
	left    float64       // in the bucket; below 0 it is owed
	turn    chan struct{} // whoever holds it may touch left and wait for ticks
	ticks   *time.Ticker
}

// throttlePeriod is how often the bucket is filled. What is read at once is at
// most what it holds, so this is how long a session pauses, too.
const throttlePeriod = 100 * time.Millisecond

func newThrottle(bytesPerSecond int64) *throttle {
	quantum := float64(bytesPerSecond) * throttlePeriod.Seconds()
	return &throttle{quantum: quantum, left: quantum, turn: make(chan struct{}, 1), ticks: time.NewTicker(throttlePeriod)}
}

// pay takes n received bytes out of the bucket and returns when it is not
// below empty, or when wake is closed.
func (t *throttle) pay(n int, wake <-chan struct{}) {
	select {
	case t.turn <- struct{}{}:
	case <-wake:
		return
	}
	defer func() { <-t.turn }()
	for t.left -= float64(n); t.left < 0; t.left = min(t.left+t.quantum, t.quantum) {
		select {
		case <-t.ticks.C:
		case <-wake:
			return
		}
	}
}

// most is how much may be received at once.
func (t *throttle) most() int { return max(int(t.quantum), 1) }

// dial wraps a way to connect so that what it connects to is throttled,
// below TLS: what counts is what the network carries.
func (t *throttle) dial(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &slowConn{Conn: conn, throttle: t, wake: make(chan struct{})}, nil
	}
}

// slowConn is a connection that is read no faster than its throttle allows.
// Read pauses after it has received, so that a deadline, which is how the
// driver interrupts a session, must end the pause too.
type slowConn struct {
	net.Conn
	throttle *throttle

	mu   sync.Mutex
	wake chan struct{} // closed while a deadline is set, and at the end
	shut bool
	due  bool // a deadline is set
}

// Read implements net.Conn.
func (c *slowConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b[:min(len(b), c.throttle.most())])
	c.mu.Lock()
	wake := c.wake
	c.mu.Unlock()
	c.throttle.pay(n, wake)
	return n, err
}

// SetDeadline implements net.Conn.
func (c *slowConn) SetDeadline(t time.Time) error {
	c.hurry(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *slowConn) SetReadDeadline(t time.Time) error {
	c.hurry(!t.IsZero())
	return c.Conn.SetReadDeadline(t)
}

// Close implements net.Conn.
func (c *slowConn) Close() error {
	c.hurry(true)
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	return c.Conn.Close()
}

// hurry ends the pause under way and all that follow, or lets Read pause
// again.
func (c *slowConn) hurry(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case on == c.due || c.shut:
	case on:
		close(c.wake)
		c.due = true
	default:
		c.wake, c.due = make(chan struct{}), false
	}
}
