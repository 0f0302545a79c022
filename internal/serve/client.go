package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Client asks a service, from a laptop.
type Client struct {
	Base  string       // URL of the service, without a slash at its end
	HTTP  *http.Client // carries the caller's token, in TokenHeader
	Sleep func(ctx context.Context, d time.Duration) error
}

// Times of a stream that broke off: a laptop that was asleep finds its run
// again.
const (
	firstPause = time.Second
	longPause  = 15 * time.Second
	giveUp     = 20 // attempts in a row that bring nothing
	maxLine    = 1 << 20
)

// Begin asks for a copy.
func (c *Client) Begin(ctx context.Context, asked Asked) (Answer, error) {
	body, err := json.Marshal(asked)
	if err != nil {
		return Answer{}, fmt.Errorf("ask for a copy: %w", err)
	}
	return c.ask(ctx, http.MethodPost, "/v1/copies", body)
}

// Cancel ends the destination's run.
func (c *Client) Cancel(ctx context.Context, dst tenant.Ref) error {
	_, err := c.ask(ctx, http.MethodDelete, "/v1/copies/"+dst.Env+"/"+dst.Name, nil)
	return err
}

// Look returns a twin that serves.
func (c *Client) Look(ctx context.Context, dst tenant.Ref) (Twin, error) {
	return c.twin(ctx, http.MethodGet, dst, "", nil)
}

// Use marks a twin as in use by the caller.
func (c *Client) Use(ctx context.Context, dst tenant.Ref, takeOver bool) (Twin, error) {
	body, err := json.Marshal(UseAsked{TakeOver: takeOver})
	if err != nil {
		return Twin{}, fmt.Errorf("ask for a twin: %w", err)
	}
	return c.twin(ctx, http.MethodPost, dst, "/use", body)
}

// Leave takes the caller's mark away.
func (c *Client) Leave(ctx context.Context, dst tenant.Ref) (Twin, error) {
	return c.twin(ctx, http.MethodDelete, dst, "/use", nil)
}

func (c *Client) twin(ctx context.Context, method string, dst tenant.Ref, what string, body []byte) (Twin, error) {
	answer, err := c.ask(ctx, method, "/v1/twins/"+dst.Env+"/"+dst.Name+what, body)
	switch {
	case err != nil:
		return Twin{}, err
	case answer.Twin == nil:
		return Twin{}, &report.Error{Code: report.Incompatible, Op: "ask the service", Err: errors.New("it does not speak of twins"), Hint: "it is another version's: let whoever runs it renew it"}
	}
	return *answer.Twin, nil
}

// Follow calls line with each line of the destination's run and returns how
// it ended. A stream that breaks off is taken up again; no line comes twice.
func (c *Client) Follow(ctx context.Context, dst tenant.Ref, line func(Line) error) (Ended, error) {
	pause, vain := firstPause, 0
	heard := heard{pods: make(map[string]int), said: make(map[string]bool)}
	for {
		ended, err := c.stream(ctx, dst, func(l Line) error {
			if !heard.first(l) {
				return nil
			}
			pause, vain = firstPause, 0
			return line(l)
		})
		if err == nil {
			return *ended, nil
		}
		if ctx.Err() != nil {
			return Ended{}, context.Cause(ctx) // not that the stream broke off, which it did therefore
		}
		if vain++; vain > giveUp || !report.IsTransient(err) {
			return Ended{}, err
		}
		if vain == 1 {
			if err := line(Line{Said: err.Error()}); err != nil {
				return Ended{}, err
			}
		}
		if err := c.Sleep(ctx, pause); err != nil {
			return Ended{}, err
		}
		pause = min(2*pause, longPause)
	}
}

// heard is how far a run has been heard. What the service says by itself
// stands between the lines of the pods, elsewhere each time.
type heard struct {
	pods map[string]int // lines of each
	said map[string]bool
}

// first reports whether a line is heard for the first time.
func (h *heard) first(l Line) bool {
	if l.Pod == "" {
		known := h.said[l.Said]
		h.said[l.Said] = true
		return !known
	}
	if l.N <= h.pods[l.Pod] {
		return false
	}
	h.pods[l.Pod] = l.N
	return true
}

// stream reads lines until the line that says how the run ended.
func (c *Client) stream(ctx context.Context, dst tenant.Ref, line func(Line) error) (*Ended, error) {
	response, err := c.send(ctx, http.MethodGet, "/v1/copies/"+dst.Env+"/"+dst.Name+"/events", nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		_, err := readAnswer(response)
		return nil, err
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var one struct {
			Line
			Last
		}
		if json.Unmarshal(lines.Bytes(), &one) != nil {
			break // a proxy's words, or half a line
		}
		if one.Ended != nil {
			return one.Ended, nil
		}
		if err := line(one.Line); err != nil {
			return nil, err
		}
	}
	return nil, transient(errors.New("the stream of events broke off"))
}

func (c *Client) ask(ctx context.Context, method, path string, body []byte) (Answer, error) {
	response, err := c.send(ctx, method, path, body)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	return readAnswer(response)
}

func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &report.Refusal{Code: report.Usage, What: "ask the service", Why: "its address is not valid", Hint: "look at runs-in: in tenantcopy.yaml"}
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, transient(errors.New("no answer")) // what the transport says may hold a token
	}
	return response, nil
}

// readAnswer turns a refusal into the error that it was in the service.
func readAnswer(response *http.Response) (Answer, error) {
	var a Answer
	err := json.NewDecoder(io.LimitReader(response.Body, maxLine)).Decode(&a)
	switch {
	case err == nil && a.Refused != nil:
		return a, &report.Error{Code: a.Refused.Code, Op: "ask the service", Err: errors.New(a.Refused.Text)}
	case response.StatusCode >= http.StatusInternalServerError, err != nil && response.StatusCode < http.StatusBadRequest:
		return a, transient(fmt.Errorf("HTTP %d", response.StatusCode))
	case response.StatusCode == http.StatusNotFound: // the API server's answer, not the service's
		return a, &report.Error{Code: report.NotFound, Op: "ask the service", Err: errors.New("there is none in that namespace"), Hint: "look at runs-in: in tenantcopy.yaml, and whether the chart in deploy/ is installed"}
	case response.StatusCode >= http.StatusBadRequest:
		return a, &report.Error{Code: report.Denied, Op: "ask the service", Err: fmt.Errorf("HTTP %d", response.StatusCode), Hint: "the way to the service takes create, get and delete on services/proxy in its namespace: the chart in deploy/ has the role"}
	}
	return a, nil
}

func transient(err error) error {
	return &report.Error{Code: report.Transient, Op: "ask the service", Err: err, Hint: "run the same command again; a run that has begun goes on meanwhile, and is found again"}
}
