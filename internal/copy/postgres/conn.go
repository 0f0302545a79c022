package postgres

import (
	"context"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// minVersion is the oldest server that is copied from or to; TID range scans
// need one more, older servers read each table in one part.
const (
	minVersion      = 130000
	tidRangeVersion = 140000
)

// longestName is what PostgreSQL keeps of an identifier, in bytes; it cuts
// longer ones in silence.
const longestName = 63

// endpoint is one database address of ours: where to connect and as whom.
type endpoint struct {
	store    string // the store's name
	side     report.Side
	url      url.URL // without a password, fit for a command line
	password tenant.Secret
	database string
	server   string            // the one that all sessions must be of; empty for any
	admin    string            // the maintenance database
	template string            // the database that a twin is made from
	limit    int               // sessions at once, 0 for no limit
	roles    map[string]string // owner at the source → owner at the destination
	config   *pgx.ConnConfig
	names    *names // shown in errors
	symptoms *symptoms
}

// parseEndpoint reads a store's address. Settings of the session are those
// that both sides need; the source's door adds its own.
func parseEndpoint(s tenant.Store, side report.Side, session tenant.Session) (*endpoint, error) {
	wrong := func(why, hint string) error {
		return &report.Error{Code: report.Usage, Store: s.Name, Side: side, Op: "read address", Err: &cause{text: why}, Hint: hint}
	}
	const shape = "an address looks like postgres://user@host:5432/database"
	u, err := url.Parse(s.URL)
	if err != nil && strings.Contains(s.URL, ",") { // several ports are none to the parser
		return nil, wrong("the address names several servers, or is none", shape)
	}
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Hostname() == "" {
		return nil, wrong("not the address of a PostgreSQL database", shape)
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return nil, wrong("the address carries a password", "put it under password: in tenantcopy.yaml")
	}
	if why, hint := unfitAddress(u); why != "" {
		return nil, wrong(why, hint)
	}
	e := &endpoint{store: s.Name, side: side, url: *u, password: s.Password, admin: s.Maintenance, limit: s.Connections, roles: s.Roles, names: &names{}, symptoms: &symptoms{}}
	e.database = strings.TrimPrefix(u.Path, "/")
	if e.template = s.Template; e.template == "" {
		e.template = serverTemplate
	}
	if e.admin == "" {
		e.admin = "postgres"
	}
	switch {
	case e.database == "" || strings.ContainsRune(e.database, 0):
		return nil, wrong("the address names no database", shape)
	case u.User.Username() == "":
		return nil, wrong("the address names no user", shape)
	case len(e.database) > longestName:
		return nil, wrong("the database's name is longer than 63 bytes", "")
	}
	if u.Port() == "" {
		e.url.Host = net.JoinHostPort(u.Hostname(), "5432")
	}
	config, err := pgx.ParseConfig(pinned(e.url))
	if err != nil {
		return nil, wrong("the address has a part that is not understood", shape)
	}
	config.Password = s.Password.Reveal()
	config.Database = e.database
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // no prepared statements: a catalogue changes under them
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	config.RuntimeParams = sessionSettings(session)
	config.OnPgError = e.symptoms.hear(config.OnPgError)
	e.config = config
	return e, nil
}

// sessionSettings hold on both sides: text forms that survive a round trip,
// and no limit that a role or a database may carry.
func sessionSettings(session tenant.Session) map[string]string {
	out := map[string]string{
		"application_name": session.String(),
		"client_encoding":  "UTF8",
		"search_path":      "",

		"DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "TimeZone": "UTC", "extra_float_digits": "3", "bytea_output": "hex", "lc_monetary": "C",
		"jit":               "off", // every row passes once: compiling costs more than it saves
		"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "default_transaction_isolation": "read committed", "default_transaction_deferrable": "off", "xmloption": "content",
		"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3", // a vanished client's locks go within a minute
	}
	maps.Copy(out, plainSettings())
	return out
}

// plainSettings undo what a role or a database may carry and what would change
// the meaning of statements, or where things are put. PostgreSQL's own programs
// get them too: these keep what they are given.
func plainSettings() map[string]string {
	return map[string]string{"standard_conforming_strings": "on", "quote_all_identifiers": "off", "array_nulls": "on", "transform_null_equals": "off", "default_tablespace": "", "temp_tablespaces": "", "role": "none"}
}

// with returns a copy of the endpoint whose sessions have further settings.
func (e *endpoint) with(settings map[string]string) *endpoint {
	out := *e
	out.config = e.config.Copy()
	maps.Copy(out.config.RuntimeParams, settings)
	return &out
}

// address returns host:port, for messages.
func (e *endpoint) address() string {
	return net.JoinHostPort(e.config.Host, strconv.Itoa(int(e.config.Port)))
}

// target returns the URL of a database of this server, without a password.
func (e *endpoint) target(database string) string {
	u := e.url
	u.Path, u.RawPath = "/"+database, ""
	return u.String()
}

// connect opens a session on a database of the server.
func (e *endpoint) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	config := e.config.Copy()
	config.Database = database
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err = settle(ctx, conn); err == nil {
		err = e.sameServer(ctx, conn)
	}
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return conn, nil
}

// settle sets what cannot be set at the start: limits that only newer servers
// know, and the encoding of a database that has none. It does not ask the view
// of the settings which there are: a new session spent two milliseconds on it.
func settle(ctx context.Context, conn *pgx.Conn) error {
	const limits = `SELECT set_config(name, '0', false) FROM unnest('{idle_session_timeout,transaction_timeout}'::text[]) AS name WHERE current_setting(name, true) IS NOT NULL`
	if _, err := conn.Exec(ctx, limits); err != nil {
		return err
	}
	if conn.PgConn().ParameterStatus("server_encoding") != "SQL_ASCII" {
		return nil
	}
	_, err := conn.Exec(ctx, `SET client_encoding = 'SQL_ASCII'`)
	return err
}

// unlimited are the settings, for a child's PGOPTIONS, that undo limits which a
// role may carry, as far as a server of the version knows them.
func unlimited(version int) string {
	options := "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=0"
	settings := plainSettings()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		options += " -c " + name + "=" + settings[name]
	}
	if version >= 140000 {
		options += " -c idle_session_timeout=0"
	}
	if version >= 170000 {
		options += " -c transaction_timeout=0"
	}
	return options
}

// inAdmin runs fn in a session of the maintenance database.
func (e *endpoint) inAdmin(ctx context.Context, fn func(conn *pgx.Conn) error) error {
	return e.in(ctx, e.admin, fn)
}

// in runs fn in a session of its own on a database of the server.
func (e *endpoint) in(ctx context.Context, database string, fn func(conn *pgx.Conn) error) error {
	conn, err := e.connect(ctx, database)
	if err != nil {
		return err
	}
	defer farewell(ctx, conn)
	return fn(conn)
}

// closeConn ends a session even when ctx has ended, without waiting long. It
// waits until the server has ended it, too, which frees what it held; the driver
// does not. A session that is in the middle of its answer is cut off.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	until, _ := ctx.Deadline()
	if pg := conn.PgConn(); !pg.IsClosed() && pg.Conn().SetDeadline(until) == nil {
		pg.Frontend().Send(&pgproto3.Terminate{})
		if pg.Frontend().Flush() == nil {
			_, _ = io.CopyN(io.Discard, pg.Conn(), mostLeft)
		}
	}
	_ = conn.Close(ctx)
}

// mostLeft is how much a session may still have to say when it is closed, in
// bytes.
const mostLeft = 16 << 10

// version returns the server's version as a number, 150018 for 15.18.
func version(ctx context.Context, conn *pgx.Conn) (int, error) {
	var text string
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')`).Scan(&text); err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// pool keeps the sessions of one database between chunks. It opens one when
// none is free, so there are never more than chunks in flight, nor more than
// its limit.
type pool struct {
	e        *endpoint
	database string
	slots    chan struct{} // nil for no limit

	mu   sync.Mutex
	free []*pgx.Conn
	used int // sessions that somebody has got
}

// newPool makes a pool of at most limit sessions; 0 is no limit.
func newPool(e *endpoint, database string, limit int) *pool {
	p := &pool{e: e, database: database}
	if limit > 0 {
		p.slots = make(chan struct{}, limit)
	}
	return p
}

// get returns a free session or a new one.
func (p *pool) get(ctx context.Context) (*pgx.Conn, error) {
	if p.slots != nil {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p.mu.Lock()
	var conn *pgx.Conn
	if n := len(p.free); n > 0 {
		conn, p.free = p.free[n-1], p.free[:n-1]
	}
	p.used++
	p.mu.Unlock()
	if conn != nil {
		return conn, nil
	}
	conn, err := p.e.connect(ctx, p.database)
	if err != nil {
		p.release()
	}
	return conn, err
}

// inUse is how many sessions somebody has got.
func (p *pool) inUse() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}

// release takes back what get has counted.
func (p *pool) release() {
	p.mu.Lock()
	p.used--
	p.mu.Unlock()
	p.leave()
}

// reserve keeps the place of one session for a program of PostgreSQL's, until
// leave is called.
func (p *pool) reserve(ctx context.Context) (leave func(), err error) {
	if p.slots == nil {
		return func() {}, nil
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.close(ctx) // those that nobody uses are connected all the same
	return p.leave, nil
}

func (p *pool) leave() {
	if p.slots != nil {
		<-p.slots
	}
}

// put gives a session back. One that is broken or still in a transaction is
// closed, and so are the free ones then: what broke it may have broken them,
// and a retry needs a fresh one.
func (p *pool) put(ctx context.Context, conn *pgx.Conn) {
	defer p.release()
	p.adopt(ctx, conn)
}

// adopt takes a session that get has not given.
func (p *pool) adopt(ctx context.Context, conn *pgx.Conn) {
	if !conn.IsClosed() && conn.PgConn().TxStatus() == 'I' {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.free = append(p.free, conn)
		return
	}
	closeConn(ctx, conn)
	p.close(ctx)
}

// close ends the free sessions.
func (p *pool) close(ctx context.Context) {
	p.mu.Lock()
	free := p.free
	p.free = nil
	p.mu.Unlock()
	for _, conn := range free {
		farewell(ctx, conn)
	}
}
