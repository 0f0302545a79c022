package search

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// maxAnswer bounds the answers that are read whole: mappings, settings,
// aliases, the fate of bulk items.
const maxAnswer = 256 << 20

// client speaks plain JSON to one server, for one side of one store.
type client struct {
	es      *elasticsearch.BaseClient
	pool    *http.Transport
	store   string
	side    report.Side
	address string // host:port, for messages

	prefix     string   // the tenant's
	neighbours []string // longer prefixes of other tenants
}

// newClient prepares a client; it opens no connection. A source's client
// passes the read-only door.
func newClient(store tenant.Store, session tenant.Session, side report.Side) (*client, error) {
	u, err := url.Parse(store.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, usage(store, side, "URL is not of the form https://host:9200")
	}
	if _, has := u.User.Password(); has {
		return nil, usage(store, side, "URL carries a password")
	}
	if err := checkPrefix(store.Prefix); err != nil {
		return nil, usage(store, side, err.Error())
	}
	config := elasticsearch.Config{Username: store.User, DisableRetry: true, DisableMetaHeader: true, Header: http.Header{"X-Opaque-Id": {session.String()}}}
	if name := u.User.Username(); config.Username == "" {
		config.Username = name
	}
	if config.Username == "" {
		config.APIKey = store.Password.Reveal()
	} else {
		config.Password = store.Password.Reveal()
	}
	u.User = nil
	u.Path = strings.TrimRight(u.Path, "/")
	config.Addresses = []string{u.String()}
	if !isLocal(u.Hostname()) {
		config.CompressRequestBody, config.CompressRequestBodyLevel = true, 1 // without a pool: a request that was cut may still be read
	}
	c := &client{store: store.Name, side: side, address: address(u), prefix: store.Prefix, neighbours: store.Neighbours, pool: newPool(store.Connections, isLocal(u.Hostname()))}
	var door http.RoundTripper = genuine{c.pool}
	if side == report.Source {
		door = readOnly{next: door, base: u.Path}
	}
	config.Transport = door
	if c.es, err = elasticsearch.NewBaseClient(config); err != nil {
		return nil, usage(store, side, "URL is not one of Elasticsearch")
	}
	return c, nil
}

func usage(store tenant.Store, side report.Side, why string) error {
	return &report.Error{Code: report.Usage, Store: store.Name, Side: side, Op: "read address", Err: errors.New(why),
		Hint: "correct url and prefix of " + store.Name + " in tenantcopy.yaml"}
}

// newPool is a transport of its own: no proxy from the environment, and no
// more connections than the configuration allows.
func newPool(connections int, local bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 3 * time.Minute,
		MaxConnsPerHost: max(connections, 0), MaxIdleConnsPerHost: 32, IdleConnTimeout: 90 * time.Second,
		DisableCompression: local, // on one machine packing costs more than it saves
	}
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "https" {
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}

// request is one request. path is joined by slashes and escaped; body is sent
// as JSON, or as NDJSON for a path that ends in _bulk.
type request struct {
	method string
	path   []string
	query  string // encoded
	body   []byte
}

// do sends a request and returns the answer's body. An answer of 400 and
// above is a *statusError; other errors are reduced as well.
func (c *client) do(ctx context.Context, r request) ([]byte, error) {
	return c.read(ctx, r, nil, maxAnswer)
}

// ask sends a request and decodes its answer into out, which may be nil.
func (c *client) ask(ctx context.Context, r request, out any) error {
	body, err := c.do(ctx, r)
	if err != nil || out == nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // numbers of mappings and filters go back as they came
	if err := d.Decode(out); err != nil {
		return errors.New("answer is not the JSON expected")
	}
	return nil
}

// read is do with a buffer to use again. An answer of more than limit bytes
// is errTooLarge.
func (c *client) read(ctx context.Context, r request, buf []byte, limit int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, "/", bytes.NewReader(r.body))
	if err != nil {
		return buf, errors.New("request cannot be built")
	}
	req.URL = &url.URL{Path: "/" + strings.Join(r.path, "/"), RawQuery: r.query}
	req.Header.Set("Accept", "application/json")
	switch {
	case r.body == nil:
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	case r.path[len(r.path)-1] == "_bulk":
		req.Header.Set("Content-Type", "application/x-ndjson")
	default:
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.es.Perform(req)
	if err != nil {
		return buf, c.broken(ctx, err)
	}
	defer res.Body.Close()
	buf, err = readAll(res.Body, buf, limit)
	switch {
	case errors.Is(err, errTooLarge):
		return buf, err
	case err != nil:
		return buf, c.broken(ctx, err)
	case res.StatusCode >= 300:
		return buf, statusOf(res.StatusCode, buf)
	}
	return buf, nil
}

// broken reduces an error of the transport; the end of the context comes
// first, since it looks like a broken connection.
func (c *client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return reduceNetwork(c.address, err)
}

// readAll reads r into buf's space, growing it as needed.
func readAll(r io.Reader, buf []byte, limit int) ([]byte, error) {
	buf = buf[:0]
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, max(32<<10, min(len(buf), 4<<20)))...)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > limit:
			return buf, errTooLarge
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}

// hello proves that the server is there, is Elasticsearch, and takes our
// credentials. It returns the lowest version of its nodes; GET / is not
// asked, since it is switched off on some.
func (c *client) hello(ctx context.Context) (version, error) {
	var answer struct {
		Nodes map[string]struct {
			Version string `json:"version"`
		} `json:"nodes"`
	}
	if err := c.ask(ctx, request{method: http.MethodGet, path: []string{"_nodes"}, query: "filter_path=nodes.*.version"}, &answer); err != nil {
		return version{}, c.fail("connect", err)
	}
	var lowest version
	for _, node := range answer.Nodes {
		if v := parseVersion(node.Version); lowest.text == "" || v.before(lowest) {
			lowest = v
		}
	}
	if lowest.before(version{major: 7, minor: 15}) {
		return version{}, &report.Error{Code: report.Incompatible, Store: c.store, Side: c.side, Op: "connect",
			Err: fmt.Errorf("version %s is older than 7.15, the first with slices of a point in time", lowest.text)}
	}
	return lowest, nil
}

// cluster returns the cluster's uuid, by which the place is known.
func (c *client) cluster(ctx context.Context) (string, error) {
	var answer struct {
		UUID string `json:"cluster_uuid"`
	}
	err := c.ask(ctx, request{method: http.MethodGet, path: []string{"_cluster", "state", "version"}, query: "filter_path=cluster_uuid"}, &answer)
	if err == nil && (answer.UUID == "" || answer.UUID == "_na_") {
		return "", errors.New("cluster has no uuid yet")
	}
	return answer.UUID, err
}

func (c *client) close() { c.pool.CloseIdleConnections() }

// version is a server's version.
type version struct {
	major, minor int
	text         string
}

func parseVersion(s string) version {
	major, rest, _ := strings.Cut(s, ".")
	minor, _, _ := strings.Cut(rest, ".")
	v := version{text: s}
	v.major, _ = strconv.Atoi(major)
	v.minor, _ = strconv.Atoi(minor)
	return v
}

func (v version) before(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

// checkPrefix refuses prefixes that would take more than one tenant's
// indexes, or ours.
func checkPrefix(prefix string) error {
	switch {
	case prefix == "":
		return errors.New("prefix is missing")
	case strings.HasPrefix(namespace, prefix), strings.HasPrefix(prefix, namespace):
		return fmt.Errorf("prefix %q takes in tenantcopy's own indexes", prefix)
	case strings.ContainsAny(prefix, `*?,"<>|\/ #:`) || strings.ToLower(prefix) != prefix || strings.IndexByte("-_+.", prefix[0]) >= 0:
		return fmt.Errorf("prefix %q cannot begin the name of an index", prefix)
	}
	return nil
}
