package blob

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// backend is the protocol that a container speaks.
type backend int

const (
	azureBlob backend = iota
	s3Bucket
)

// address is a parsed store URL. It holds no credential.
type address struct {
	backend   backend
	scheme    string // http or https
	host      string // lower case, without the default port
	account   string // Azure
	path      string // Azure: "/account" where the account stands in the path, else ""
	container string // container or bucket
}

var errAddress = errors.New("not an address of a container")

// parseAddress reads the URL of a store:
//
//	https://account.blob.core.windows.net/container    Azure
//	http://127.0.0.1:10000/account/container           Azurite
//	s3://host/bucket, s3+https://…, s3+http://…        S3
//
// The error is a Usage error that does not quote the URL.
func parseAddress(s tenant.Store) (address, error) {
	bad := func(hint string) (address, error) {
		return address{}, &report.Error{Code: report.Usage, Store: s.Name, Op: "read the store's address", Err: errAddress, Hint: hint}
	}
	const forms = "write https://account.blob.core.windows.net/container or s3://host/bucket"
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" {
		return bad(forms)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return bad("credentials belong into credential:, user: or password:, not into the URL")
	}
	a := address{backend: s3Bucket, scheme: "https"}
	switch u.Scheme {
	case "s3", "s3+https":
	case "s3+http":
		a.scheme = "http"
	case "http", "https":
		a.backend, a.scheme = azureBlob, u.Scheme
	default:
		return bad(forms)
	}
	a.host = normalHost(u.Host, a.scheme)
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case a.backend == azureBlob && len(parts) == 2:
		a.account, a.path = parts[0], "/"+parts[0]
	case a.backend == azureBlob && len(parts) == 1 && net.ParseIP(u.Hostname()) == nil && strings.Contains(u.Hostname(), "."):
		a.account, _, _ = strings.Cut(a.host, ".")
	case a.backend == s3Bucket && len(parts) == 1:
	default:
		return bad(forms)
	}
	a.container = parts[len(parts)-1]
	if !containerName(a.container) {
		return bad("the name of a container or bucket has 3 to 63 lower-case letters, digits, hyphens and dots")
	}
	return a, nil
}

// normalHost lowers the case, removes a default port and the root's dot.
func normalHost(host, scheme string) string {
	host = strings.ToLower(host)
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(host, ".")
	}
	name = strings.TrimSuffix(name, ".")
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return net.JoinHostPort(name, port)
}

func containerName(s string) bool {
	if len(s) < 3 || len(s) > 63 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '$' {
			return false
		}
	}
	return true
}

// endpoint returns scheme and host, for Azure with the account's path.
func (a address) endpoint() string { return a.scheme + "://" + a.host + a.path }

// hostPort returns what to say when nobody answers.
func (a address) hostPort() string {
	if _, _, err := net.SplitHostPort(a.host); err == nil {
		return a.host
	}
	if a.scheme == "http" {
		return a.host + ":80"
	}
	return a.host + ":443"
}

// identities returns the names of the place itself. One account has several
// hosts, and one bucket of AWS many; the loopback address has three names.
func (a address) identities() []string {
	host := a.host
	for _, name := range []string{"localhost", "[::1]"} {
		if rest, ok := strings.CutPrefix(host, name); ok && (rest == "" || rest[0] == ':') {
			host = "127.0.0.1" + rest
		}
	}
	if a.backend == s3Bucket {
		if strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn") {
			host = "aws"
		}
		return []string{"blob:" + host + "/" + a.container}
	}
	if a.path == "" && (strings.Contains(host, ".core.") || strings.HasSuffix(host, ".storage.azure.net")) {
		host = "azure"
	}
	return []string{"blob:" + host + "/" + strings.TrimSuffix(a.account, "-secondary") + "/" + a.container}
}
