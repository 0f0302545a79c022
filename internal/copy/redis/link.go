package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// What a connection costs and how long it may be silent.
const (
	connections  = 8         // of a pool, unless the store says fewer
	bufferSize   = 256 << 10 // bytes, each way
	pipelineCap  = 1000      // commands in flight on a connection
	pipelineSize = 4 << 20   // bytes in flight on a connection
	scanCount    = 4096      // keys looked at by one SCAN: about 10 ms of the server's time
	answerWithin = 30 * time.Second
	dialWithin   = 5 * time.Second
)

// link is one server: a client, and the words for its errors.
type link struct {
	c     *goredis.Client
	store string // "redis"
	side  report.Side
	addr  string // host:port
	open  *sockets
	old   bool // no PEXPIRETIME: a server before Redis 7
}

// use says what a link is for.
type use int

const (
	reads   use = iota // through the door
	writes             // never repeats a command by itself: pushing twice is not pushing once
	repeats            // idempotent commands at a destination
)

// dial makes the client of a store. It opens no connection yet.
func dial(store tenant.Store, session tenant.Session, side report.Side, u use) (*link, error) {
	opt, err := options(store)
	l := &link{store: store.Name, side: side, open: &sockets{}}
	if err != nil {
		return nil, l.refuse(report.Usage, "read address", err, "write redis://host:port/0, or rediss:// for TLS")
	}
	goredis.SetLogger(silent{})
	l.addr = opt.Addr
	opt.ClientName = session.String()
	opt.MaxRetries = 2
	if u == writes {
		opt.MaxRetries = -1
	}
	opt.Dialer = l.open.dialer(opt.TLSConfig)
	l.c = goredis.NewClient(opt)
	if u == reads {
		l.c.AddHook(door{})
	}
	return l, nil
}

// silent is where the library logs: it would print to stderr, past everything
// that keeps values out of what we say.
type silent struct{}

// Printf implements the library's logger.
func (silent) Printf(context.Context, string, ...any) {}

// options reads a store's address. The library's own parser quotes the whole
// address in its errors, so this one stands in for it.
func options(store tenant.Store) (*goredis.Options, error) {
	u, err := url.Parse(store.URL)
	if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss") || u.Hostname() == "" {
		return nil, errors.New("it is not an address of a Redis server")
	}
	if _, has := u.User.Password(); has {
		return nil, errors.New("it carries a password")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("it carries parameters, which are not supported")
	}
	db := 0
	if path := strings.Trim(u.Path, "/"); path != "" {
		if db, err = strconv.Atoi(path); err != nil || db < 0 {
			return nil, errors.New("what follows the host is not the number of a database")
		}
	}
	port := u.Port()
	if port == "" {
		port = "6379"
	}
	size := connections
	if store.Connections > 0 {
		size = store.Connections
	}
	opt := &goredis.Options{
		Addr: net.JoinHostPort(u.Hostname(), port), Username: store.User, Password: store.Password.Reveal(), DB: db,
		Protocol: 2, DisableIdentity: true, DialTimeout: dialWithin, DialerRetries: 1, ReadTimeout: answerWithin, WriteTimeout: answerWithin,
		ContextTimeoutEnabled: true, ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, PipelinePoolSize: -1,
		PoolSize: size, MaxActiveConns: size, PoolTimeout: answerWithin,
	}
	if name := u.User.Username(); name != "" {
		opt.Username = name
	}
	if u.Scheme == "rediss" {
		opt.TLSConfig = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	return opt, nil
}

// connect proves that the server answers, lets us in, and lets us see the
// keys under prefix.
func (l *link) connect(ctx context.Context, prefix string) error {
	if err := l.c.Ping(ctx).Err(); err != nil {
		return l.fail("connect", err)
	}
	err := l.c.Do(ctx, "pexpiretime", prefix).Err()
	if oneOf(err, "ERR unknown command") {
		l.old, err = true, nil
	}
	return l.fail("connect", err)
}

// close releases the connections.
func (l *link) close() error {
	if l == nil || l.c == nil {
		return nil
	}
	return l.fail("close connections", l.c.Close())
}

// sockets knows the connections of a client, so that a cancelled chunk does
// not wait for a server that hangs: the library only looks at deadlines.
type sockets struct {
	mu   sync.Mutex
	open []net.Conn
}

// dialer opens connections and remembers them.
func (s *sockets) dialer(secure *tls.Config) func(ctx context.Context, network, addr string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: dialWithin, KeepAlive: 30 * time.Second}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		var conn net.Conn
		var err error
		if secure != nil {
			conn, err = (&tls.Dialer{NetDialer: plain, Config: secure}).DialContext(ctx, network, addr)
		} else {
			conn, err = plain.DialContext(ctx, network, addr)
		}
		if err == nil {
			s.mu.Lock()
			s.open = append(s.open, conn)
			s.mu.Unlock()
		}
		return conn, err
	}
}

// cut closes every connection; the pool opens new ones when it is asked.
func (s *sockets) cut() {
	s.mu.Lock()
	open := s.open
	s.open = nil
	s.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close() // it may be closed already, which is what we want
	}
}

// send sends a pipeline. Replies that are errors stay with their commands;
// what it returns concerns the pipeline as a whole, a login that is refused
// while a connection is opened included.
func send(ctx context.Context, pipe goredis.Pipeliner) error {
	if pipe.Len() == 0 {
		return nil
	}
	cmds, err := pipe.Exec(ctx)
	if _, server := errors.AsType[goredis.Error](err); !server {
		return err
	}
	for _, cmd := range cmds {
		if cmd.Err() != nil {
			return nil
		}
	}
	return err
}

// sendAll sends a pipeline of which every command must succeed.
func sendAll(ctx context.Context, pipe goredis.Pipeliner) error {
	if pipe.Len() == 0 {
		return nil
	}
	_, err := pipe.Exec(ctx)
	return err
}
