package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// Times of the one message that an order has in its channel.
const (
	startWithin = 5 * time.Minute  // for the API server to take the Job
	changeEvery = 10 * time.Second // Slack allows about one change a second in a channel
	postWithin  = 10 * time.Second
	lastTries   = 6 // to bring the message to its end
)

// carryOut starts an order's run and keeps its message up to date to the end.
// The message comes first: its name goes onto the Job, so that a service that
// is started anew finds both.
func (s *Server) carryOut(ctx context.Context, o order) error {
	m := &message{slack: s.Slack, request: o.request, clock: s.Clock, clean: s.Clean}
	if !o.begun {
		if err := m.say(ctx, "is being started"); err != nil {
			s.Log.Warn("post to Slack", "error", err.Error()) // the copy is made without its message
		}
		if begun, err := s.startOrder(ctx, m); err != nil || !begun {
			return err
		}
	}
	ended, err := s.Jobs.Follow(ctx, m.request.Destination, func(l Line) error { return m.line(ctx, l) })
	if ctx.Err() != nil {
		return nil // the next service goes on with it
	}
	if err != nil {
		ended = Ended{Code: -1, Message: "the run is no longer followed: " + err.Error()}
	}
	if told := s.tell(ctx, m, m.ending(ended)); told != nil {
		return errors.Join(err, told)
	}
	return errors.Join(err, s.Jobs.Told(ctx, m.request))
}

// startOrder makes the Job; false when there is none to be followed.
func (s *Server) startOrder(ctx context.Context, m *message) (bool, error) {
	short, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	r := m.request
	started, err := s.Jobs.Start(short, r)
	if err != nil {
		return false, errors.Join(err, s.tell(ctx, m, "could not be started: "+err.Error()))
	}
	s.Log.Info("copy asked for", "by", r.By.Name, "source", r.Source.String(), "destination", r.Destination.String(), "job", started.Job, "attached", started.Attached)
	if started.Attached {
		return false, s.tell(ctx, m, "is under way already (Job "+started.Job+")")
	}
	if err := m.say(ctx, "has begun (Job "+started.Job+")"); err != nil {
		s.Log.Warn("post to Slack", "error", err.Error())
	}
	return true, nil
}

// tell says a message's last word, more than once where Slack does not take
// it.
func (s *Server) tell(ctx context.Context, m *message, text string) (err error) {
	for range lastTries {
		if err = m.say(ctx, text); err == nil || s.Sleep(ctx, changeEvery) != nil {
			break
		}
	}
	return err
}

// message is one message in a channel, posted once and then changed.
type message struct {
	slack   *Slack
	request Request
	clock   func() time.Time
	clean   func(string) string
	changed time.Time
	pod     string // whose records are counted
	tally   report.Tally
}

// line takes one line of the run; the message follows at its own pace. A
// line that is no event, or a Slack that does not answer, ends nothing.
func (m *message) line(ctx context.Context, l Line) error {
	var e report.Event
	if err := json.Unmarshal(l.Event, &e); err != nil || e.Phase == "" {
		return nil
	}
	if l.Pod != m.pod { // another attempt, which begins anew
		m.pod, m.tally = l.Pod, report.Tally{}
	}
	if e.Tally != nil && e.Phase == report.Copy {
		m.tally.Add(*e.Tally)
	}
	if m.clock().Sub(m.changed) < changeEvery {
		return nil
	}
	text := "is in phase " + string(e.Phase)
	if m.tally.Records > 0 {
		text += fmt.Sprintf(", %d records so far", m.tally.Records)
	}
	_ = m.say(ctx, text) // the next event tries again
	return nil
}

// ending says how the run ended, how long it took and what to do now.
func (m *message) ending(e Ended) string {
	if e.Code == 0 {
		return fmt.Sprintf("is done: proved clean and live after %s, %d records. Start on it with `tenantcopy tilt %s`.", e.Took.Round(time.Second), e.Records, m.request.Destination)
	}
	text := fmt.Sprintf("ended with exit code %d", e.Code)
	if e.Code < 0 {
		text = "ended without an exit code"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text + ". The twin that was there serves as before, unless the message says otherwise."
}

// say posts the message, or changes it.
func (m *message) say(ctx context.Context, text string) error {
	r := m.request
	body := map[string]string{"channel": r.Chat.Channel, "text": fmt.Sprintf("%s → %s, asked for by <@%s>, %s", r.Source, r.Destination, r.Chat.User, plain.Replace(m.clean(text)))}
	method := "chat.postMessage"
	if r.Chat.Message != "" {
		method, body["ts"] = "chat.update", r.Chat.Message
	}
	ctx, cancel := context.WithTimeout(ctx, postWithin)
	defer cancel()
	posted, err := m.slack.call(ctx, method, body)
	if err != nil {
		return err
	}
	m.request.Chat.Message, m.request.Chat.Channel, m.changed = posted.Stamp, posted.Channel, m.clock()
	return nil
}

// plain keeps Slack from reading its markup, mentions of everybody above all,
// in what a run says.
var plain = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// posted is the part of Slack's answer that names a message.
type posted struct {
	OK      bool   `json:"ok"`
	Error   string `json:"error"`
	Channel string `json:"channel"`
	Stamp   string `json:"ts"`
}

// call asks one method of Slack's web API.
func (s *Slack) call(ctx context.Context, method string, body map[string]string) (posted, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return posted{}, fmt.Errorf("call Slack: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.API+"/"+method, bytes.NewReader(text))
	if err != nil {
		return posted{}, errors.New("call Slack: its address is not valid")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Authorization", "Bearer "+s.Token.Reveal())
	response, err := s.Client.Do(request)
	if err != nil {
		return posted{}, fmt.Errorf("call Slack %s: no answer", method)
	}
	defer response.Body.Close()
	var out posted
	if err := json.NewDecoder(io.LimitReader(response.Body, maxBody)).Decode(&out); err != nil {
		return posted{}, fmt.Errorf("call Slack %s: HTTP %d", method, response.StatusCode)
	}
	if !out.OK {
		return posted{}, fmt.Errorf("call Slack %s: %s", method, out.Error)
	}
	return out, nil
}
