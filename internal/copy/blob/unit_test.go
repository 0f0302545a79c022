package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/go-cmp/cmp"
	"github.com/minio/minio-go/v7"
	"pgregory.net/rapid"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
	"github.com/tenantcopy/tenantcopy/internal/verify"
)

// TestIdentities: other ways to write an address lead to the same place, and
// neighbours do not.
func TestIdentities(t *testing.T) {
	for _, same := range [][]string{
		{"https://acct.blob.core.windows.net/acme", "https://ACCT.blob.core.windows.net:443/acme/", "https://acct-secondary.blob.core.windows.net/acme", "https://acct.z22.blob.storage.azure.net/acme"},
		{"https://acct.blob.core.windows.net/acme2"}, {"https://acct2.blob.core.windows.net/acme"},
		{"http://127.0.0.1:10000/acct/acme", "http://localhost:10000/acct/acme", "http://[::1]:10000/acct/acme"}, {"http://127.0.0.1:10001/acct/acme"}, {"http://127.0.0.1:10000/other/acme"},
		{"s3://s3.amazonaws.com/acme", "s3+https://s3.eu-west-1.amazonaws.com/acme"},
		{"s3+http://minio:9000/acme", "s3+http://MINIO:9000/acme/"}, {"s3+http://minio:9000/acme-eu"},
		{"s3://store/acme", "s3://store:443/acme", "s3://store./acme"}, {"s3+http://store/acme2", "s3+http://store:80/acme2"},
	} {
		var want []string
		for _, u := range same {
			at, err := parseAddress(tenant.Store{URL: u})
			if err != nil {
				t.Fatalf("%s: %v", u, err)
			}
			if want == nil {
				want = at.identities()
			} else if diff := cmp.Diff(want, at.identities()); diff != "" {
				t.Errorf("%s:\n%s", u, diff)
			}
		}
	}
}

// TestBadAddress: each is a usage error that does not quote the URL.
func TestBadAddress(t *testing.T) {
	for _, u := range []string{"", "acme", "ftp://host/acme", "https://acct.blob.core.windows.net", "https://acct.blob.core.windows.net/a/b/c", "http://127.0.0.1:10000/acme",
		"s3://host", "s3://host/acme/x", "s3://user:pass-word@host/acme", "https://acct.blob.core.windows.net/acme?sig=secret", "s3://host/Acme", "s3://host/ac"} {
		_, err := parseAddress(tenant.Store{Name: "blob", URL: u})
		wantCode(t, err, report.Usage)
		if text := err.Error(); strings.Contains(text, "pass-word") || strings.Contains(text, "secret") {
			t.Errorf("the error quotes the URL: %v", err)
		}
	}
}

// TestReduce: nothing that a server or the network says gets out, and each
// error has its class.
func TestReduce(t *testing.T) {
	const secret = "jane.pdf"
	p := place{"blob", report.Source, "host:1"}
	for _, x := range []struct {
		err  error
		code report.Code
	}{
		{&azcore.ResponseError{StatusCode: 403, ErrorCode: "AuthorizationPermissionMismatch"}, report.Denied},
		{&azcore.ResponseError{StatusCode: 409, ErrorCode: "ContainerBeingDeleted"}, report.Transient},
		{&azcore.ResponseError{StatusCode: 503, ErrorCode: "ServerBusy"}, report.Transient},
		{&azcore.ResponseError{StatusCode: 409, ErrorCode: "BlobArchived"}, report.Incompatible},
		{&azcore.ResponseError{StatusCode: 412, ErrorCode: "LeaseIdMissing"}, report.Transient},
		{&azcore.ResponseError{StatusCode: 404, ErrorCode: "ContainerNotFound"}, report.NotFound},
		{&azcore.ResponseError{StatusCode: 400, ErrorCode: "a sentence about " + secret}, report.Failed},
		{minio.ErrorResponse{StatusCode: 403, Code: "SignatureDoesNotMatch", Message: secret, Key: secret}, report.Denied},
		{minio.ErrorResponse{StatusCode: 404, Code: "XAdminUserNotFound", Key: secret}, report.Denied},
		{minio.ErrorResponse{StatusCode: 507, Code: "XMinioStorageFull", Message: secret}, report.Full},
		{minio.ErrorResponse{StatusCode: 429, Code: "TooManyRequests"}, report.Transient},
		{minio.ErrorResponse{StatusCode: 403, Code: "QuotaExceeded"}, report.Full},
		{&url.Error{Op: "Get", URL: "http://x/" + secret, Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, report.Transient},
		{&url.Error{Op: "Get", URL: "http://x/" + secret, Err: &net.DNSError{Name: secret}}, report.Transient},
		{&url.Error{Op: "Get", URL: "http://x/" + secret, Err: errors.New("tls: bad certificate of " + secret)}, report.Incompatible},
		{fmt.Errorf("read %s: %w", secret, io.ErrUnexpectedEOF), report.Transient},
		{fmt.Errorf("put %s: %w", secret, syscall.ENOSPC), report.Full},
		{fmt.Errorf("get %s: %w", secret, context.DeadlineExceeded), report.Transient},
		{errors.New(secret), report.Failed},
		{&url.Error{Op: "Put", URL: secret, Err: errReadOnly}, report.Unsafe},
	} {
		err := p.fail("copy", x.err)
		if got := report.CodeOf(err); got != x.code {
			t.Errorf("%T: got %s, want %s: %v", x.err, got, x.code, err)
		}
		if strings.Contains(err.Error(), "jane") {
			t.Errorf("%T: the error prints a name: %v", x.err, err)
		}
		if again := p.fail("again", err); again != err {
			t.Errorf("wrapped twice: %v", again)
		}
	}
	if p.fail("copy", nil) != nil {
		t.Error("nil became an error")
	}
}

// TestMetadataCodes: rules see the text, and what they leave alone is written
// as it stood.
func TestMetadataCodes(t *testing.T) {
	for _, x := range []struct{ key, raw, text, same string }{
		{"owner", "Jane Miller", "Jane Miller", ""},
		{"owner", "Jos%C3%A9%20Garc%C3%ADa", "José García", ""},
		{"owner", "Jos%c3%a9", "José", "Jos%C3%A9"},
		{"owner", "a/b%20c", "a/b c", ""},
		{"owner", "a (b) %C3%A9", "a (b) é", ""},
		{"owner", "=?UTF-8?Q?Jos=C3=A9?=", "José", "=?UTF-8?q?Jos=C3=A9?="},
		{"owner", "=?UTF-8?B?Sm9zw6k=?=", "José", "=?UTF-8?q?Jos=C3=A9?="},
		{"owner", "José", "José", ""},
		{"owner", "100% sure", "100% sure", ""},
		{"owner", "50%25", "50%", ""},
		{"owner", "%zz", "%zz", ""},
		{"content-disposition", `attachment; filename="x.pdf"`, `attachment; filename="x.pdf"`, ""},
		{"content-disposition", `attachment; filename*=UTF-8''Jos%C3%A9%20x.pdf`, `attachment; filename="José x.pdf"`, `attachment; filename*=utf-8''Jos%C3%A9%20x.pdf`},
	} {
		text, as := decode(x.key, x.raw)
		if text != x.text {
			t.Errorf("%s: the rules see %q, want %q", x.raw, text, x.text)
		}
		want := x.same
		if want == "" {
			want = x.raw
		}
		if got := as.encode(text); got != want {
			t.Errorf("%s: written as %q, want %q", x.raw, got, want)
		}
	}
	if got := codecPlain.encode("Zoë\r\nX: y"); got != "Zo%C3%AB%0D%0AX: y" {
		t.Errorf("a new name beyond ASCII: %q", got)
	}
	if got := codecDisposition.encode("no disposition \x00 at all;;"); got != "attachment" {
		t.Errorf("what is no disposition any more: %q", got)
	}
}

// FuzzMetadata: whatever stands in a header, nothing is written that breaks
// it, and text survives being written and read again.
func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{"", "a", "Jos%C3%A9", "=?UTF-8?Q?Jos=C3=A9?=", "é", "%", "attachment; filename*=UTF-8''a%20b", "=?x?", "a\x00b", "%00"} {
		f.Add("owner", seed)
		f.Add("content-disposition", seed)
	}
	f.Fuzz(func(t *testing.T, key, raw string) {
		text, as := decode(key, raw)
		wire := as.encode(text)
		for i := range len(wire) {
			if wire[i] < ' ' && wire[i] != '\t' || wire[i] == 0x7f {
				t.Fatalf("%q is written with a control character: %q", raw, wire)
			}
		}
		if again, _ := decode(key, wire); as != codecRaw && as != codecDisposition && as != codecPlain && again != text {
			t.Fatalf("%q reads %q, is written %q and then reads %q", raw, text, wire, again)
		}
	})
}

// wantedNobody looks for nobody in particular: unknown addresses are leaks.
func wantedNobody(t testing.TB) *verify.Wanted { return wantedPeople(t) }

// wantedPeople looks for people of these names.
func wantedPeople(t testing.TB, full ...string) *verify.Wanted {
	t.Helper()
	root, err := person.ParseRoot(tenant.NewSecret(copytest.Key))
	if err != nil {
		t.Fatal(err)
	}
	names, err := person.NamesVersion("v1")
	if err != nil {
		t.Fatal(err)
	}
	var records []person.Record
	for i, name := range full {
		records = append(records, person.Record{Source: "users", ID: fmt.Sprint(i), Name: name})
	}
	people, err := person.Build(records, person.Options{Sources: []string{"users"}, Keys: root.Keyring("acme", 1), Names: names, EmailDomain: "example.com", KeepDomains: []string{"kept.example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	return verify.NewWanted(people, verify.NewControl("x"), []byte("k"))
}

func inspector(t testing.TB) *verify.Inspector { return wantedNobody(t).NewInspector() }

// TestKinds: structure is shown, ids and people are not.
func TestKinds(t *testing.T) {
	k := newKinds()
	for _, name := range []string{"avatars/1.png", "avatars/2.png", "avatars/3.JPG", "documents/2024/a.pdf", "documents/2024/q1/b.pdf", "documents/jane.miller@x.org/c.pdf", "Jane Miller/d.txt", "readme", "u/550e8400-e29b/x.bin", "/lead.txt"} {
		k.add(name)
	}
	for i := range 50 {
		k.add(fmt.Sprintf("by-user/user-%c%c/a.png", 'a'+i%26, 'a'+i/26))
	}
	var got []string
	for _, f := range k.fields("blob") {
		got = append(got, f.Group+" "+f.Name)
		if f.Store != "blob" || f.Sample == "" {
			t.Errorf("field without store or sample: %s%s", f.Group, f.Name)
		}
	}
	want := []string{" *", "*/ *.txt", "avatars/ *.JPG", "avatars/ *.png", "by-user/*/ *.png", "documents/*/ *.pdf", "documents/2024/ **/*.pdf", "documents/2024/ *.pdf", "u/*/ *.bin"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// sliced is a container that lists what it is given, in pages of one size.
type sliced struct {
	container
	names []string
	size  int
}

func (s *sliced) page(_ context.Context, _, token string) ([]object, string, error) {
	start := 0
	if token != "" {
		fmt.Sscan(token, &start)
	}
	end := min(start+s.size, len(s.names))
	var out []object
	for _, name := range s.names[start:end] {
		out = append(out, object{Name: name})
	}
	if end == len(s.names) {
		return out, "", nil
	}
	return out, fmt.Sprint(end), nil
}

// TestJoin_law: every name of the source comes once, in its order; names are
// matched when both orders are ours; and in any order at all no name of the
// destination is lost: it is matched or spare.
func TestJoin_law(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[abé/😀ﬀ]{1,3}`)
		src := rapid.SliceOfNDistinct(name, 0, 20, rapid.ID).Draw(t, "src")
		dst := rapid.SliceOfNDistinct(name, 0, 20, rapid.ID).Draw(t, "dst")
		sorted := rapid.Bool().Draw(t, "sorted")
		if sorted {
			slices.Sort(src)
			slices.Sort(dst)
		}
		size := rapid.IntRange(1, 4).Draw(t, "page")
		j := &join{src: cursor{c: &sliced{names: src, size: size}}, dst: cursor{c: &sliced{names: dst, size: size}}}
		var got, matched, spare []string
		for {
			m, err := j.next(t.Context(), func(name string) error { spare = append(spare, name); return nil })
			if err != nil {
				t.Fatal(err)
			}
			if m == nil {
				break
			}
			got = append(got, m.src.Name)
			if m.dst != nil {
				if m.dst.Name != m.src.Name {
					t.Fatalf("%q was matched with %q", m.src.Name, m.dst.Name)
				}
				matched = append(matched, m.dst.Name)
			} else if sorted && slices.Contains(dst, m.src.Name) {
				t.Fatalf("%q was not matched", m.src.Name)
			}
		}
		if diff := cmp.Diff(append([]string{}, src...), append([]string{}, got...)); diff != "" {
			t.Fatal(diff)
		}
		seen := append(matched, spare...)
		slices.Sort(seen)
		all := slices.Sorted(slices.Values(dst))
		if diff := cmp.Diff(append([]string{}, all...), append([]string{}, seen...)); diff != "" || int(j.there) != len(dst) {
			t.Fatalf("of the destination's %d names, %d were counted:\n%s", len(dst), j.there, diff)
		}
	})
}

// TestTwoParts: the second part is asked for only when it is needed.
func TestTwoParts(t *testing.T) {
	asked := 0
	body := func() *twoParts {
		return &twoParts{first: io.NopCloser(strings.NewReader("head")), rest: func() (io.ReadCloser, error) {
			asked++
			return io.NopCloser(strings.NewReader(" and tail")), nil
		}}
	}
	if head, err := io.ReadAll(io.LimitReader(body(), 4)); err != nil || string(head) != "head" || asked != 0 {
		t.Errorf("head %q, asked %d times, %v", head, asked, err)
	}
	if all, err := io.ReadAll(body()); err != nil || string(all) != "head and tail" || asked != 1 {
		t.Errorf("all %q, asked %d times, %v", all, asked, err)
	}
	broken := &twoParts{first: io.NopCloser(strings.NewReader("head")), rest: func() (io.ReadCloser, error) { return nil, errGone }}
	if _, err := io.ReadAll(broken); !errors.Is(err, errGone) {
		t.Errorf("an error in between: %v", err)
	}
}
