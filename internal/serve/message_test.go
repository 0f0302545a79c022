package serve

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// TestNothingSecretIsSaid: what goes to Slack and to callers has passed Clean,
// and mentions nobody whatever a run says.
func TestNothingSecretIsSaid(t *testing.T) {
	said := make(chan string, 1)
	slackAPI := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Text string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		said <- body.Text
		_, _ = io.WriteString(w, `{"ok":true,"channel":"C1","ts":"1.1"}`)
	}))
	t.Cleanup(slackAPI.Close)
	clean := strings.NewReplacer("hunter2", "(removed)").Replace
	m := &message{slack: &Slack{API: slackAPI.URL, Client: slackAPI.Client()}, clock: time.Now, clean: clean, request: Request{Chat: Chat{User: "U1", Channel: "C1"}}}
	if err := m.say(t.Context(), "failed at hunter2 <!channel> & more"); err != nil {
		t.Fatal(err)
	}
	if text := <-said; !strings.HasSuffix(text, "failed at (removed) &lt;!channel&gt; &amp; more") {
		t.Errorf("%q", text)
	}

	s := &Server{Log: slog.New(slog.DiscardHandler), Clean: clean}
	w := httptest.NewRecorder()
	s.refuse(w, errors.New("no answer from hunter2"))
	if text := w.Body.String(); w.Code != http.StatusInternalServerError || strings.Contains(text, "hunter2") || !strings.Contains(text, "(removed)") {
		t.Errorf("%d %s", w.Code, text)
	}
}

// TestDeliveriesAreForgotten: after ten minutes, and not before.
func TestDeliveriesAreForgotten(t *testing.T) {
	s, now := &Slack{Signing: tenant.NewSecret("x")}, time.Unix(1e9, 0)
	for i, c := range []struct {
		after time.Duration
		want  bool
	}{{0, false}, {remembered, true}, {2*remembered + time.Second, false}} {
		if got := s.again("t", now.Add(c.after)); got != c.want {
			t.Errorf("%d: %t", i, got)
		}
	}
}
