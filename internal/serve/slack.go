package serve

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Slack is the slash command: which copies it makes, and how its requests and
// messages prove themselves.
type Slack struct {
	Signing     tenant.Secret // checks requests
	Token       tenant.Secret // of the bot, to post and to change messages
	Source      string        // environment that /tenantcopy acme copies from
	Destination string        // and into
	API         string        // https://slack.com/api
	Client      *http.Client

	mu   sync.Mutex
	seen map[string]time.Time // deliveries, by their trigger id
}

// reply is what Slack shows to whoever typed the command.
type reply struct {
	Kind string `json:"response_type"` // ephemeral: to nobody else
	Text string `json:"text"`
}

// remembered is how long a delivery is known. Slack repeats one within
// minutes; the Job's name makes a later repetition harmless.
const remembered = 10 * time.Minute

// slash answers the command at once, whatever the cluster does: Slack gives up
// after three seconds. The order is carried out by work.
func (s *Server) slash(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = signed(s.Slack.Signing, r.Header.Get("X-Slack-Request-Timestamp"), r.Header.Get("X-Slack-Signature"), body, s.Clock())
	}
	if err != nil {
		s.Log.Warn("slash command refused", "error", errSignature.Error())
		http.Error(w, errSignature.Error(), http.StatusUnauthorized)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(reply{"ephemeral", s.accept(form)}) // a Slack that is gone needs no answer
}

// accept takes an order, or says why not; the text is for the person.
func (s *Server) accept(form url.Values) string {
	user := form.Get("user_id")
	caller := Caller{Name: "slack:" + user, Slack: user}
	name := strings.TrimSpace(form.Get("text"))
	if name == "" || name == "help" {
		return fmt.Sprintf("`%s TENANT` copies %s/TENANT into %s/TENANT, pseudonymised and proved clean.", form.Get("command"), s.Slack.Source, s.Slack.Destination)
	}
	if !tenant.IsLabel(name) {
		return "That is not a tenant's name: lower-case letters, digits and inner hyphens, at most 63."
	}
	o := order{request: Request{Source: tenant.Ref{Env: s.Slack.Source, Name: name}, Destination: tenant.Ref{Env: s.Slack.Destination, Name: name}, By: caller,
		Chat: Chat{Channel: form.Get("channel_id"), User: user}}}
	if err := s.Policy.Permit(caller, o.request.Destination); err != nil {
		s.Log.Warn("slash command refused", "by", caller.Name, "error", err.Error())
		return "You may not copy into " + s.Slack.Destination + ". Whoever runs tenantcopy can add you: your id is " + user + "."
	}
	if s.Slack.again(form.Get("trigger_id"), s.Clock()) {
		return "This is under way."
	}
	select {
	case s.orders <- o:
		return fmt.Sprintf("Copying %s into %s; a message here will say how it goes.", o.request.Source, o.request.Destination)
	default:
		s.Slack.forget(form.Get("trigger_id"))
		return "Too many copies wait already. Try again in a minute."
	}
}

// again reports whether a delivery was here before.
func (s *Slack) again(trigger string, now time.Time) bool {
	if trigger == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = make(map[string]time.Time)
	}
	for id, at := range s.seen {
		if now.Sub(at) > remembered {
			delete(s.seen, id)
		}
	}
	_, before := s.seen[trigger]
	s.seen[trigger] = now
	return before
}

// forget makes the next delivery of a trigger the first one.
func (s *Slack) forget(trigger string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, trigger)
}
