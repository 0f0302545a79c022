package blob

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// No Entra is at hand: these tests replay its answers, as its documentation
// has them.

// entraServer answers what azidentity asks, and remembers who asked for a
// token with which assertion.
type entraServer struct {
	asked   []url.Values
	seconds int // a token lasts
}

// Do implements policy.Transporter.
func (s *entraServer) Do(r *http.Request) (*http.Response, error) {
	body := map[string]any{}
	base := "https://" + r.URL.Host + "/" + strings.Split(r.URL.Path, "/")[1]
	switch {
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		body = map[string]any{"issuer": base + "/v2.0", "authorization_endpoint": base + "/authorize", "token_endpoint": base + "/token"}
	case strings.Contains(r.URL.Path, "/discovery/instance"):
		body = map[string]any{"tenant_discovery_endpoint": "https://login.microsoftonline.com/dir/v2.0/.well-known/openid-configuration",
			"metadata": []any{map[string]any{"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net", "aliases": []string{"login.microsoftonline.com"}}}}
	case strings.HasSuffix(r.URL.Path, "/token"):
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(text))
		if err != nil {
			return nil, err
		}
		s.asked = append(s.asked, form)
		body = map[string]any{"token_type": "Bearer", "expires_in": s.seconds, "access_token": fmt.Sprintf("token %d of %s", len(s.asked), form.Get("client_id"))}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(text))), Request: r}, nil
}

// TestO25_TokensOfTwoIdentitiesAreRenewed_replayed: one pod is a reader and a
// writer, whatever AZURE_CLIENT_ID or a stray secret says; a token that is
// about to expire is asked for again, with the assertion that the file then
// holds.
func TestO25_TokensOfTwoIdentitiesAreRenewed_replayed(t *testing.T) {
	t.Setenv("AZURE_CLIENT_ID", "nobody")
	t.Setenv("AZURE_CLIENT_SECRET", "stray")
	file := filepath.Join(t.TempDir(), "token")
	write := func(assertion string) {
		if err := os.WriteFile(file, []byte(assertion), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	for _, x := range []struct {
		seconds, requests int
	}{{3600, 1}, {1, 2}} {
		server := &entraServer{seconds: x.seconds}
		for _, client := range []string{"reader", "writer"} {
			credential, err := entra(tenant.Identity{Client: client, Directory: "dir", TokenFile: file}, server)
			if err != nil {
				t.Fatal(err)
			}
			server.asked = nil
			for range 2 {
				token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{azureScope}})
				if err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("token %d of %s", len(server.asked), client); token.Token != want {
					t.Errorf("got %q, want %q", token.Token, want)
				}
				time.Sleep(time.Duration(min(x.seconds, 2)) * 600 * time.Millisecond)
			}
			if len(server.asked) != x.requests {
				t.Errorf("a token of %d s: %d requests, want %d", x.seconds, len(server.asked), x.requests)
			}
			for _, form := range server.asked {
				if form.Get("client_id") != client || form.Get("client_assertion") != "first" || form.Get("client_secret") != "" || !strings.Contains(form.Get("scope"), azureScope) {
					t.Errorf("%s asked with %v", client, form)
				}
			}
		}
	}
}

// TestEntraOnALaptop: without a pod's token the Azure command line is meant,
// and nothing is asked before a store is.
func TestEntraOnALaptop(t *testing.T) {
	credential, err := entra(tenant.Identity{Client: "reader"}, nil)
	if got := fmt.Sprintf("%T", credential); err != nil || got != "*azidentity.AzureCLICredential" {
		t.Errorf("%s, %v", got, err)
	}
}
