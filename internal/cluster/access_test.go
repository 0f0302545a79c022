package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

const twoClusters = `apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: p, cluster: {server: "https://prod.example.com:443"}}
- {name: s, cluster: {server: "https://staging.example.com/"}}
users:
- {name: u, user: {token: secret-token-of-a-user}}
contexts:
- {name: prod, context: {cluster: p, user: u}}
- {name: my-own-name, context: {cluster: s, user: u}}
`

func kubeconfig(t *testing.T, text string) Access {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Access{Kubeconfig: file}
}

// A context is found by its server, whatever a person calls it; a name that
// leads elsewhere is refused; the current context never counts.
func TestLocate(t *testing.T) {
	access := kubeconfig(t, twoClusters)
	for name, c := range map[string]struct {
		at      Address
		context string
		code    report.Code
	}{
		"by name":                    {at: Address{Context: "my-own-name"}, context: "my-own-name"},
		"by server":                  {at: Address{Server: "https://staging.example.com:443"}, context: "my-own-name"},
		"other name, right server":   {at: Address{Context: "aks-staging", Server: "https://STAGING.example.com"}, context: "my-own-name"},
		"right name, wrong server":   {at: Address{Context: "prod", Server: "https://elsewhere.example.com"}, code: report.Unsafe},
		"no such name":               {at: Address{Context: "aks-staging"}, code: report.NotFound},
		"no such server":             {at: Address{Server: "https://elsewhere.example.com"}, code: report.NotFound},
		"the same host in the clear": {at: Address{Server: "http://staging.example.com:443"}, code: report.NotFound},
		"nothing named":              {at: Address{}, code: report.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			c.at.Environment = "staging"
			way, err := access.locate(c.at)
			if c.code == "" {
				if err != nil || way.context != c.context {
					t.Fatalf("context %q, %v", way.context, err)
				}
				return
			}
			if err == nil || report.CodeOf(err) != c.code {
				t.Fatalf("%v", err)
			}
		})
	}
}

// A kubeconfig that is missing, broken or incomplete is named, and never
// quoted.
func TestLocateBadFiles(t *testing.T) {
	at := Address{Environment: "staging", Context: "prod"}
	bad := strings.Replace(twoClusters, "contexts:", "contexts: [", 1)
	incomplete := strings.Replace(twoClusters, "cluster: p, user: u", "cluster: gone, user: u", 1)
	for name, access := range map[string]Access{
		"missing":         {Kubeconfig: filepath.Join(t.TempDir(), "none")},
		"one of two":      {Kubeconfig: kubeconfig(t, twoClusters).Kubeconfig + string(filepath.ListSeparator) + filepath.Join(t.TempDir(), "none")},
		"a folder":        {Kubeconfig: t.TempDir()},
		"broken":          kubeconfig(t, bad),
		"incomplete":      kubeconfig(t, incomplete),
		"none":            {},
		"a pod, unpinned": {InPod: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := access.locate(at)
			if err == nil || strings.Contains(err.Error(), "secret-token") {
				t.Fatalf("%v", err)
			}
			if want := map[bool]report.Code{true: report.Unsafe, false: report.Usage}[access.InPod]; report.CodeOf(err) != want {
				t.Fatalf("%s: %v", report.CodeOf(err), err)
			}
		})
	}
}
