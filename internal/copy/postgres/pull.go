package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// stream is one part on its way.
type stream struct {
	part part
	load *load
	dst  *pgx.Conn // in the part's transaction
}

// stream carries the rows of a part: the destination's COPY pulls, and each
// pull receives, anonymises and frames the next rows of the source's COPY.
func (s *staged) stream(ctx context.Context, a *anonymize.Anonymizer, st stream) (e entry, err error) {
	err = s.r.inTable(ctx, st.part.table, func(d door) error {
		return s.r.overSelection(ctx, d, st.part.keep, st.part.also, func() error {
			e, err = s.carry(ctx, a, st, d)
			return err
		})
	})
	if st.part.keep != "" {
		err = blame(err, s.rows.limits[st.part.table.group.oid])
	}
	return e, err
}

// carry is stream's COPY, with all locks held.
func (s *staged) carry(ctx context.Context, a *anonymize.Anonymizer, st stream, d door) (entry, error) {
	src := d.conn.PgConn()
	body := &puller{src: src, out: sink{text: st.load.text}}
	body.walk = walker{row: st.load.row, shapes: st.load.shapes, a: a, out: &body.out, sum: st.load.sum}
	if err := d.startCopy(st.part.selectColumns(st.load.names), !st.load.text); err != nil {
		return entry{}, err
	}
	body.out.open()
	ended := make(chan struct{})
	err := parallel.With(ctx, func(ctx context.Context) error { return interrupt(ctx, ended, src.Conn()) }, func(ctx context.Context) error {
		defer close(ended)
		_, err := st.dst.PgConn().CopyFrom(ctx, body, st.load.copyInto(st.part.alone))
		body.leave(err)
		return body.explain(err, st.load)
	})
	if err != nil || !body.done { // its COPY was perhaps not read to the end: the session is of no more use
		closeConn(ctx, d.conn)
	}
	s.tooLong.of(st.part, st.load, body.walk.left)
	return entry{rows: body.out.rows, bytes: body.out.bytes, sum: body.walk.total}, s.atSource(ctx, body, err)
}

// interrupt ends a read that waits for the source when ctx ends before the
// copy has: the driver does not, while COPY pulls. The session is closed then.
func interrupt(ctx context.Context, ended <-chan struct{}, conn net.Conn) error {
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-ended: // both at once: nobody reads any more
		return nil
	default:
		return conn.SetDeadline(time.Unix(1, 0))
	}
}

// atSource tells an error of the source's side from one of the destination's.
func (s *staged) atSource(ctx context.Context, body *puller, err error) error {
	if err == nil || body.err == nil || !errors.Is(err, body.err) {
		return err
	}
	return s.r.e.fail(ctx, "read table", err)
}

// puller is the body of COPY … FROM STDIN. The driver reads it on a goroutine
// of its own, so every Read is protected. When the destination's session dies
// the driver returns without waiting for that goroutine: nothing here may be
// touched, nor the session or the Anonymizer be used again, before leave.
type puller struct {
	mu      sync.Mutex  // held by Read and leave, see there
	left    bool        // nobody may read any more
	leaving atomic.Bool // leave has begun: what a Read meets now is of its making

	src  *pgconn.PgConn
	walk walker
	out  sink
	err  error // what ended it; io.EOF at the end
	last bool  // the source has said that its rows are all sent
	done bool  // the source's COPY has been read to its end
}

// Read implements io.Reader.
func (p *puller) Read(b []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left {
		return 0, opaque{errLeft}
	}
	if p.err == nil {
		if err := parallel.Protect(func() error { return p.fill(len(b)) }); err != nil {
			if p.leaving.Load() {
				err = errLeft
			}
			p.err = err
			return 0, opaque{err}
		}
	}
	if p.err != nil && p.err != io.EOF {
		return 0, opaque{p.err}
	}
	if n = p.out.take(b); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// errLeft ends a read that comes after its COPY has ended.
var errLeft = &cause{text: "the copy has ended"}

// leave returns when no Read is under way and none can begin: when the
// destination's connection breaks, CopyFrom returns while its goroutine may
// still be reading, and the Anonymizer behind it belongs to the next chunk.
func (p *puller) leave(err error) {
	if err != nil { // a read that waits for the source would not end; the session is closed in any case
		p.leaving.Store(true)
		_ = p.src.Conn().SetDeadline(time.Unix(1, 0))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = true
}

// opaque keeps a cause from the destination, which is sent the text of an
// error and writes it to its log.
type opaque struct{ error }

// Error says only that it ended.
func (opaque) Error() string { return "ended by tenantcopy" }

// Unwrap returns the cause.
func (o opaque) Unwrap() error { return o.error }

// fill receives rows until want bytes wait, or all have come.
func (p *puller) fill(want int) error {
	for p.out.ready() < want {
		msg, err := p.src.ReceiveMessage(context.Background()) // interrupt ends it: watching a context costs more than a row
		if err != nil {
			return err
		}
		switch msg := msg.(type) {
		case *pgproto3.CopyData:
			if err := p.walk.message(msg.Data); err != nil {
				return err
			}
		case *pgproto3.CopyDone:
			p.last = true
		case *pgproto3.ErrorResponse:
			return pgconn.ErrorResponseToPgError(msg)
		case *pgproto3.ReadyForQuery:
			return p.finish()
		}
	}
	return nil
}

// finish closes the body; rows that were not said to be all would be missing.
func (p *puller) finish() error {
	if !p.last || (!p.out.text && !p.walk.ended) {
		return errMalformed
	}
	p.done = true
	p.out.close()
	p.err = io.EOF
	return nil
}

// explain prefers what the reader knows to what the destination answers when
// its COPY is ended, and names the column that the destination refused.
func (p *puller) explain(err error, l *load) error {
	if p.err != nil && p.err != io.EOF && p.err != errLeft {
		return p.err
	}
	if err == nil && !p.done {
		return &cause{text: "the copy ended before its last row"}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ColumnName == "" {
		named := *pg
		named.ColumnName = columnIn(pg.Where, l)
		return &named
	}
	return err
}

// columnIn finds, in a server's context line, which of the columns it speaks
// of. The line itself can quote a value and goes no further.
func columnIn(where string, l *load) string {
	_, after, found := strings.Cut(where, ", column ")
	if !found {
		return ""
	}
	best := ""
	for _, c := range l.columns {
		rest, ok := strings.CutPrefix(after, c.name)
		if ok && (rest == "" || rest[0] == ':' || rest[0] == '\n') && len(c.name) > len(best) {
			best = c.name
		}
	}
	return best
}
