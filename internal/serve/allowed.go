package serve

import (
	"context"
	"net/http"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Whether somebody may have a copy, without asking for one.

// allowed answers a caller who may copy into a destination with the service's
// version.
func (s *Server) allowed(w http.ResponseWriter, r *http.Request, caller Caller) {
	if _, ok := s.own(w, r, caller); ok {
		answer(w, http.StatusOK, Answer{Version: s.Version})
	}
}

// Health reaches the service, whoever asks.
func (c *Client) Health(ctx context.Context) error {
	response, err := c.send(ctx, http.MethodGet, "/healthz", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNoContent {
		return nil
	}
	if _, err = readAnswer(response); err == nil { // somebody else's answer
		err = &report.Error{Code: report.NotFound, Op: "ask the service", Hint: "look at runs-in: in tenantcopy.yaml: what answers there is no service of tenantcopy"}
	}
	return err
}

// Allowed asks whether the caller may copy into a destination, and returns the
// service's version.
func (c *Client) Allowed(ctx context.Context, dst tenant.Ref) (version string, err error) {
	a, err := c.ask(ctx, http.MethodGet, "/v1/allowed/"+dst.Env+"/"+dst.Name, nil)
	return a.Version, err
}
