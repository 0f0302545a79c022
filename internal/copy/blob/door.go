package blob

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

// door is the way to a server. The source's lets GET and HEAD pass and
// nothing else, whatever the client library is asked for; listings, headers
// and bodies need no more. A panic inside ends as an error.
type door struct {
	next     http.RoundTripper
	readOnly bool
	date     atomic.Pointer[string] // of the last answer: the server's clock
}

// RoundTrip implements http.RoundTripper.
func (d *door) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	err = parallel.Protect(func() (err error) {
		if d.readOnly && r.Method != http.MethodGet && r.Method != http.MethodHead {
			if r.Body != nil {
				_ = r.Body.Close() // as RoundTripper demands
			}
			return errReadOnly
		}
		if resp, err = d.next.RoundTrip(r); err == nil {
			date := resp.Header.Get("Date")
			d.date.Store(&date)
		}
		return err
	})
	return resp, err
}

// newDoor makes a transport of its own. The time limits are for a server that
// has gone silent; a copy on the server takes a while to answer.
func newDoor(readOnly bool) *door {
	return &door{readOnly: readOnly, next: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       60 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true, // bodies are carried as they are stored
	}}
}

// client returns an HTTP client that follows no redirection: a signed request
// belongs to the host it was signed for.
func (d *door) client() *http.Client {
	return &http.Client{Transport: d, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
