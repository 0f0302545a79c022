package postgres

import (
	"encoding/binary"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// proxy stands in front of one or several servers and breaks what a real
// network breaks: it cuts connections on command, after some bytes, or at a
// message, and spreads them over several servers.
type proxy struct {
	addr string
	mu   sync.Mutex
	to   []string // addresses; connections take turns
	next int
	live map[*link]bool

	toServer, toClient look
}

// look sees what flows in one direction, chunk by chunk, and cuts the
// connection by returning false: the chunk is then not passed on. It may be nil,
// and runs under no lock.
type look func(l *link, chunk []byte) bool

// watch sets what looks at all connections from now on.
func (p *proxy) watch(toServer, toClient look) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.toServer, p.toClient = toServer, toClient
}

// link is one connection through a proxy.
type link struct {
	p              *proxy
	client, server net.Conn
	Number         int   // from 0, in the order in which they came
	Sent, Received int64 // bytes, as the client sees it; each written by its direction alone
}

// newProxy listens until the end of the test.
func newProxy(t *testing.T, to ...server) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), live: make(map[*link]bool)}
	for _, s := range to {
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal("the test server's address cannot be read")
		}
		p.to = append(p.to, u.Host)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock() // turns are taken in the order of arrival
			n := p.next
			p.next++
			p.mu.Unlock()
			wg.Go(func() { p.serve(conn, n) })
		}
	})
	return p
}

// before returns an address of the same database through the proxy.
func (p *proxy) before(store tenant.Store) tenant.Store {
	u, _ := url.Parse(store.URL)
	store.URL = strings.Replace(store.URL, u.Host, p.addr, 1)
	return store
}

func (p *proxy) serve(client net.Conn, n int) {
	defer client.Close()
	p.mu.Lock()
	to := p.to[n%len(p.to)]
	p.mu.Unlock()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	l := &link{p: p, client: client, server: server, Number: n}
	p.mu.Lock()
	p.live[l] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.live, l)
		p.mu.Unlock()
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.pump(server, client, &l.Sent, func() look { return p.toServer })
	}()
	l.pump(client, server, &l.Received, func() look { return p.toClient })
	<-done
}

// pump passes bytes on until either end closes.
func (l *link) pump(dst, src net.Conn, count *int64, which func() look) {
	defer l.cut()
	buf := make([]byte, 16<<10)
	for {
		n, err := src.Read(buf)
		l.p.mu.Lock()
		look := which()
		l.p.mu.Unlock()
		if n > 0 && look != nil && !look(l, buf[:n]) {
			return
		}
		if n > 0 {
			*count += int64(n)
			if _, err := dst.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut ends the connection on both sides, without a farewell.
func (l *link) cut() {
	for _, c := range []net.Conn{l.client, l.server} {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.Close()
	}
}

// cut ends every connection that is open; new ones are served.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.live {
		l.cut()
	}
}

// completes reports whether a chunk from the server holds the answer that a
// command has completed: CommandComplete with this tag. It is enough for tags
// that no row of the test contains.
func completes(chunk []byte, tag string) bool {
	body := binary.BigEndian.AppendUint32([]byte{'C'}, uint32(4+len(tag)+1))
	return strings.Contains(string(chunk), string(body)+tag+"\x00")
}

// A proxy passes everything on, and cuts when it is told to.
func TestProxy(t *testing.T) {
	t.Parallel()
	s := serverOf(t, "PROD")
	p := newProxy(t, s)
	through := s
	through.url = p.before(s.store("postgres")).URL
	if got := through.ask(t, "postgres", `SELECT 'here'`); got[0] != "here" {
		t.Errorf("got %q", got)
	}
	conn := through.connect(t, "postgres")
	p.cut()
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the connection still stands")
	}
	var commits atomic.Int32
	p.watch(nil, func(_ *link, chunk []byte) bool {
		if completes(chunk, "COMMIT") {
			commits.Add(1)
			return false
		}
		return true
	})
	conn = through.connect(t, "postgres")
	if _, err := conn.Exec(t.Context(), `BEGIN`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `COMMIT`); err == nil || commits.Load() != 1 {
		t.Errorf("the answer to COMMIT came through: %v, %d", err, commits.Load())
	}
}
