package blob

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Put Blob From URL is what Azure itself answers; no server at hand knows it.
// These tests replay the answers of its documentation.

// azureAt is a client of a server that answers everything the same way.
func azureAt(t *testing.T, answer http.HandlerFunc) *azure {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	store := tenant.Store{Kind: tenant.Blob, Name: "blob", URL: server.URL + "/account/container", Password: tenant.NewSecret("a2V5")}
	at, err := parseAddress(store)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAzure(at, store, tenant.Session{Run: "run", User: "test"}, newDoor(false))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPutFromURL_replayed: the request carries the rules' own headers and
// metadata and takes none of the source's.
func TestPutFromURL_replayed(t *testing.T) {
	got := make(http.Header)
	a := azureAt(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.WriteHeader(http.StatusCreated)
	})
	err := a.pull(t.Context(), &outgoing{mark: "k-1", encoding: "gzip"}, link{url: "http://source/x?sig=y", etag: "0x1", bearer: "Bearer z", size: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"X-Ms-Copy-Source": "http://source/x?sig=y", "X-Ms-Copy-Source-Blob-Properties": "false", "X-Ms-Blob-Type": "BlockBlob",
		"X-Ms-Blob-Content-Encoding": "gzip", "X-Ms-Meta-Tenantcopymark": "k-1", "X-Ms-Source-If-Match": `"0x1"`, "X-Ms-Copy-Source-Authorization": "Bearer z",
		"X-Ms-Client-Request-Id": "tenantcopy/run/test"}
	for key, value := range want {
		if diff := cmp.Diff(value, got.Get(key)); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
}

// TestPullAnswers_replayed: which answers end the copy, which send the object
// another way, and which say that no object can go this way.
func TestPullAnswers_replayed(t *testing.T) {
	for _, x := range []struct {
		status int
		code   string
		want   error
	}{
		{http.StatusForbidden, "CannotVerifyCopySource", errNoPull},
		{http.StatusUnauthorized, "InvalidAuthenticationInfo", errNoPull},
		{http.StatusPreconditionFailed, "SourceConditionNotMet", errChanged},
		{http.StatusNotFound, "CannotVerifyCopySource", errNotThis},
		{http.StatusConflict, "BlobArchived", errNotThis},
		{http.StatusNotImplemented, "NotImplemented", errNoPull}, // the older request too
	} {
		a := azureAt(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-ms-error-code", x.code)
			w.WriteHeader(x.status)
			_, _ = io.WriteString(w, "<Error><Code>"+x.code+"</Code><Message>secret.pdf</Message></Error>")
		})
		if err := a.pull(t.Context(), &outgoing{}, link{url: "http://source/x", size: 1}); err != x.want {
			t.Errorf("%d %s: got %v, want %v", x.status, x.code, reduce(err), x.want)
		}
	}
}
