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
)

// carryOut starts an order's run and keeps its message up to date to the end.
func (s *Server) carryOut(ctx context.Context, o order) error {
	m := &message{slack: s.Slack, order: o, clock: s.Clock}
	short, cancel := context.WithTimeout(ctx, startWithin)
	started, err := s.Jobs.Start(short, o.request)
	cancel()
	if err != nil {
		return errors.Join(err, m.say(ctx, "could not be started: "+err.Error()))
	}
	s.Log.Info("copy asked for", "by", o.request.By.Name, "source", o.request.Source.String(), "destination", o.request.Destination.String(), "job", started.Job, "attached", started.Attached)
	if started.Attached {
		return m.say(ctx, "is under way already (Job "+started.Job+")")
	}
	if err := m.say(ctx, "has begun (Job "+started.Job+")"); err != nil {
		s.Log.Warn("post to Slack", "error", err.Error()) // the copy goes on without its message
	}
	ended, err := s.Jobs.Follow(ctx, o.request.Destination, func(line []byte) error { return m.event(ctx, line) })
	if err != nil {
		ended = Ended{Code: -1, Message: "the run is no longer followed: " + err.Error()}
	}
	return errors.Join(err, m.say(ctx, m.ending(ended)))
}

// message is one message in a channel, posted once and then changed.
type message struct {
	slack   *Slack
	order   order
	clock   func() time.Time
	channel string // as Slack names it when the message is posted
	stamp   string // Slack's name of the message
	changed time.Time
	tally   report.Tally
}

// event takes one line of the run; the message follows at its own pace. A
// line that is no event, or a Slack that does not answer, ends nothing.
func (m *message) event(ctx context.Context, line []byte) error {
	var e report.Event
	if err := json.Unmarshal(line, &e); err != nil || e.Phase == "" {
		return nil
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
	dst := m.order.request.Destination
	if e.Code == 0 {
		return fmt.Sprintf("is done: proved clean and live after %s, %d records. Start on it with `tenantcopy tilt %s`.", e.Took.Round(time.Second), m.tally.Records, dst)
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
	r := m.order.request
	body := map[string]string{"channel": m.order.channel, "text": fmt.Sprintf("%s → %s, asked for by <@%s>, %s", r.Source, r.Destination, r.By.Slack, plain.Replace(text))}
	method := "chat.postMessage"
	if m.stamp != "" {
		method, body["ts"], body["channel"] = "chat.update", m.stamp, m.channel
	}
	ctx, cancel := context.WithTimeout(ctx, postWithin)
	defer cancel()
	posted, err := m.slack.call(ctx, method, body)
	if err != nil {
		return err
	}
	m.stamp, m.channel, m.changed = posted.Stamp, posted.Channel, m.clock()
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
