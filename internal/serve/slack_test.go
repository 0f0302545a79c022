package serve

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

var signing = tenant.NewSecret("8f742231b10e8888abcd99yyyzzz85a5")

// TestSignature holds the check to the example of Slack's own description.
func TestSignature(t *testing.T) {
	body := []byte("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
	const stamp, good = "1531420618", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	then := time.Unix(1531420618, 0)
	for name, c := range map[string]struct {
		secret           tenant.Secret
		stamp, signature string
		body             []byte
		now              time.Time
		ok               bool
	}{
		"good":              {signing, stamp, good, body, then.Add(time.Minute), true},
		"another body":      {signing, stamp, good, append([]byte("x"), body...), then, false},
		"another stamp":     {signing, "1531420619", good, body, then, false},
		"six minutes old":   {signing, stamp, good, body, then.Add(6 * time.Minute), false},
		"six minutes ahead": {signing, stamp, good, body, then.Add(-6 * time.Minute), false},
		"no signature":      {signing, stamp, "", body, then, false},
		"no stamp":          {signing, "", good, body, then, false},
		"another secret":    {tenant.NewSecret("other"), stamp, good, body, then, false},
		"no secret":         {tenant.Secret{}, stamp, good, body, then, false},
		"an empty secret":   {tenant.NewSecret(""), stamp, signature("", stamp, body), body, then, false},
		"five minutes old":  {signing, stamp, good, body, then.Add(5 * time.Minute), true},
		"a second more":     {signing, stamp, good, body, then.Add(5*time.Minute + time.Second), false},
		"a second ahead":    {signing, stamp, good, body, then.Add(-5*time.Minute - time.Second), false},
		"its last digit":    {signing, stamp, good[:len(good)-1] + "4", body, then, false},
		"its beginning":     {signing, stamp, good[:len(good)-1], body, then, false},
	} {
		if err := signed(c.secret, c.stamp, c.signature, c.body, c.now); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// hanging is an API server that does not answer, which a real one cannot be
// asked to do.
type hanging struct{ asked chan Request }

func (h hanging) Start(ctx context.Context, r Request) (Started, error) {
	h.asked <- r
	<-ctx.Done()
	return Started{}, context.Cause(ctx)
}

func (h hanging) Follow(ctx context.Context, _ tenant.Ref, _ func(Line) error) (Ended, error) {
	<-ctx.Done()
	return Ended{}, context.Cause(ctx)
}

func (h hanging) Cancel(ctx context.Context, _ tenant.Ref) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func (h hanging) Untold(ctx context.Context) ([]Request, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func (h hanging) Told(ctx context.Context, _ Request) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func (h hanging) Look(ctx context.Context, _ tenant.Ref) (Twin, error) {
	<-ctx.Done()
	return Twin{}, context.Cause(ctx)
}

func (h hanging) Use(ctx context.Context, _ tenant.Ref, by Caller, _ bool) (Twin, error) {
	h.asked <- Request{By: by}
	<-ctx.Done()
	return Twin{}, context.Cause(ctx)
}

func (h hanging) Leave(ctx context.Context, _ tenant.Ref, by Caller) (Twin, error) {
	h.asked <- Request{By: by}
	<-ctx.Done()
	return Twin{}, context.Cause(ctx)
}

// service starts a server whose cluster hangs, and returns its address and
// what reached the cluster.
func service(t testing.TB) (string, <-chan Request) {
	t.Helper()
	slackAPI := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"ok":true,"channel":"C1","ts":"1.1"}`)
	}))
	t.Cleanup(slackAPI.Close)
	asked := make(chan Request, 100)
	s := &Server{
		Policy: Policy{"staging": {Users: []string{"jo"}, Groups: []string{"developers"}, Slack: []string{"U2CERLKJA"}, Options: []string{"confirm", "only", "skip", "unclassified", "keep-down"}}},
		Jobs:   hanging{asked}, Twins: hanging{asked}, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Sleep: func(ctx context.Context, _ time.Duration) error {
			<-ctx.Done()
			return context.Cause(ctx)
		},
		Clean: func(text string) string { return text },
		Review: func(_ context.Context, token tenant.Secret) (Caller, error) {
			return Caller{Name: token.Reveal(), User: token.Reveal()}, nil
		},
		Slack: &Slack{Signing: signing, Token: tenant.NewSecret("xoxb"), Source: "prod", Destination: "staging", API: slackAPI.URL, Client: http.DefaultClient},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- parallel.Protect(func() error { return s.Run(ctx, listener) }) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			t.Error("the service did not end")
		}
	})
	return "http://" + listener.Addr().String(), asked
}

// signature is Slack's, of a request.
func signature(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + string(body)))
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// slash sends a command as Slack does and returns the status and the text.
func slash(t testing.TB, address string, form url.Values, at time.Time, secret string) (int, string) {
	t.Helper()
	body, stamp := form.Encode(), strconv.FormatInt(at.Unix(), 10)
	request, err := http.NewRequest(http.MethodPost, address+"/slack", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Slack-Request-Timestamp", stamp)
	request.Header.Set("X-Slack-Signature", signature(secret, stamp, []byte(body)))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var r reply
	_ = json.NewDecoder(response.Body).Decode(&r)
	return response.StatusCode, r.Text
}

func command(user, text, trigger string) url.Values {
	return url.Values{"command": {"/tenantcopy"}, "user_id": {user}, "text": {text}, "trigger_id": {trigger}, "channel_id": {"C1"}}
}

// TestO37_SlackRefuses: bad signature, an old time stamp, a replay, an
// unknown user and a hostile name make no order.
func TestO37_SlackRefuses(t *testing.T) {
	address, asked := service(t)
	now := time.Now()
	for name, c := range map[string]struct {
		form   url.Values
		at     time.Time
		secret string
		status int
		says   string
	}{
		"bad signature":   {command("U2CERLKJA", "acme", "1"), now, "wrong", 401, ""},
		"six minutes old": {command("U2CERLKJA", "acme", "2"), now.Add(-6 * time.Minute), signing.Reveal(), 401, ""},
		"unknown user":    {command("U0000", "acme", "3"), now, signing.Reveal(), 200, "You may not"},
		"hostile name":    {command("U2CERLKJA", "acme; rm -rf /", "4"), now, signing.Reveal(), 200, "not a tenant's name"},
		"a command":       {command("U2CERLKJA", "acme; rm -rf", "8"), now, signing.Reveal(), 200, "not a tenant's name"},
		"two names":       {command("U2CERLKJA", "acme globex", "9"), now, signing.Reveal(), 200, "not a tenant's name"},
		"capitals":        {command("U2CERLKJA", "Acme", "10"), now, signing.Reveal(), 200, "not a tenant's name"},
		"a user's name":   {command("jo", "acme", "11"), now, signing.Reveal(), 200, "You may not"},
		"nobody":          {command("", "acme", "12"), now, signing.Reveal(), 200, "You may not"},
		"a path":          {command("U2CERLKJA", "../acme", "5"), now, signing.Reveal(), 200, "not a tenant's name"},
		"a flag":          {command("U2CERLKJA", "--confirm=staging/acme", "6"), now, signing.Reveal(), 200, "not a tenant's name"},
		"no name":         {command("U2CERLKJA", "  ", "7"), now, signing.Reveal(), 200, "copies prod/TENANT"},
	} {
		status, text := slash(t, address, c.form, c.at, c.secret)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %q", name, status, text)
		}
	}
	if len(asked) > 0 {
		t.Errorf("%d orders reached the cluster", len(asked))
	}
}

// TestO38_AnsweredWhileTheClusterHangs and TestO39: the answer
// comes at once, and a delivery that comes again is one order.
func TestO38_AnsweredWhileTheClusterHangs(t *testing.T) {
	address, asked := service(t)
	for i := range 20 {
		began := time.Now()
		status, text := slash(t, address, command("U2CERLKJA", "acme-"+strconv.Itoa(i), strconv.Itoa(i)), began, signing.Reveal())
		if took := time.Since(began); status != 200 || !strings.HasPrefix(text, "Copying prod/acme-") || took > 3*time.Second {
			t.Fatalf("order %d: %d %q after %s", i, status, text, took)
		}
	}
	r := <-asked
	if r.Destination.Env != "staging" || r.Source.Env != "prod" || r.By.Slack != "U2CERLKJA" {
		t.Errorf("%+v", r)
	}
}

// TestTooManyOrders: what finds no place is said, and is no delivery that is
// under way.
func TestTooManyOrders(t *testing.T) {
	address, asked := service(t)
	full := ""
	for i := 0; full == ""; i++ {
		trigger := strconv.Itoa(i)
		if _, text := slash(t, address, command("U2CERLKJA", "acme-"+trigger, trigger), time.Now(), signing.Reveal()); strings.HasPrefix(text, "Too many") {
			full = trigger
		} else if i > waiting+followers+1 || !strings.HasPrefix(text, "Copying") {
			t.Fatalf("order %d: %q", i, text)
		}
	}
	if _, text := slash(t, address, command("U2CERLKJA", "acme-"+full, full), time.Now(), signing.Reveal()); !strings.HasPrefix(text, "Too many") {
		t.Errorf("the same delivery again: %q", text)
	}
	if n := len(asked); n > followers {
		t.Errorf("%d are carried out at once", n)
	}
}

func TestO39_OneDeliveryTwice(t *testing.T) {
	address, asked := service(t)
	for _, want := range []string{"Copying", "This is under way"} {
		if _, text := slash(t, address, command("U2CERLKJA", "acme", "same"), time.Now(), signing.Reveal()); !strings.HasPrefix(text, want) {
			t.Errorf("%q instead of %q", text, want)
		}
	}
	<-asked
	if len(asked) > 0 {
		t.Error("two orders")
	}
}

// TestCallers: a laptop's request needs a token, and the policy decides.
func TestCallers(t *testing.T) {
	address, asked := service(t)
	for name, c := range map[string]struct {
		method, path, token, body string
		status                    int
	}{
		"no token":           {"POST", "/v1/copies", "", `{}`, 401},
		"another user":       {"POST", "/v1/copies", "somebody", `{"source":"prod/acme","destination":"staging/acme"}`, 403},
		"another place":      {"POST", "/v1/copies", "jo", `{"source":"staging/acme","destination":"prod/acme"}`, 403},
		"unknown key":        {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","image":"evil"}`, 400},
		"hostile name":       {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme; id"}`, 400},
		"foreign confirm":    {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","confirm":"staging/other"}`, 400},
		"no store":           {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","only":["postgres","all"]}`, 400},
		"a flag as a store":  {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","skip":["--rules=/tmp/x"]}`, 400},
		"no mode":            {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","unclassified":"keep"}`, 400},
		"a forbidden option": {"POST", "/v1/copies", "jo", `{"source":"prod/acme","destination":"staging/acme","take_over":true}`, 403},
		"take over a twin":   {"POST", "/v1/twins/staging/acme/use", "jo", `{"take_over":true}`, 403},
		"twin of others":     {"GET", "/v1/twins/staging/acme", "somebody", "", 403},
		"use of others":      {"POST", "/v1/twins/staging/acme/use", "somebody", `{}`, 403},
		"end of others":      {"DELETE", "/v1/twins/staging/acme/use", "somebody", "", 403},
		"twin in production": {"POST", "/v1/twins/prod/acme/use", "jo", `{}`, 403},
		"twin of nonsense":   {"GET", "/v1/twins/staging/..%2F", "jo", "", 400},
		"use without token":  {"POST", "/v1/twins/staging/acme/use", "", `{}`, 401},
		"use of another key": {"POST", "/v1/twins/staging/acme/use", "jo", `{"user":"kim"}`, 400},
		"not JSON":           {"POST", "/v1/copies", "jo", `acme`, 400},
		"events of others":   {"GET", "/v1/copies/staging/acme/events", "somebody", "", 403},
		"cancel of others":   {"DELETE", "/v1/copies/staging/acme", "somebody", "", 403},
		"events of nonsense": {"GET", "/v1/copies/staging/ACME/events", "jo", "", 400},
		"healthy":            {"GET", "/healthz", "", "", 204},
		"no such path":       {"GET", "/v1/secrets", "jo", "", 404},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is let pass reaches a cluster that hangs
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, c.method, address+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			request.Header.Set(TokenHeader, c.token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s: HTTP %d instead of %d", name, response.StatusCode, c.status)
		}
	}
	if len(asked) > 0 {
		t.Errorf("%d requests reached the cluster", len(asked))
	}
}

// BenchmarkSlash is how long Slack waits for the answer to a command, over
// HTTP, while the API server hangs.
func BenchmarkSlash(b *testing.B) {
	address, _ := service(b)
	for i := 0; b.Loop(); i++ {
		if status, text := slash(b, address, command("U2CERLKJA", "acme", strconv.Itoa(i)), time.Now(), signing.Reveal()); status != http.StatusOK || text == "" {
			b.Fatalf("%d %q", status, text)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/1e6/float64(b.N), "wall-ms/op")
	b.ReportMetric(0, "ns/op")
}
