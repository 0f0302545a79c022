package blob

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	azcontainer "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// azure is a container of Azure Blob Storage, or of Azurite. What it writes
// is in azure_write.go.
type azure struct {
	at     address
	client *azcontainer.Client
	key    *azcontainer.SharedKeyCredential // nil with an Entra identity
	token  azcore.TokenCredential           // nil with a shared key

	older atomic.Bool // the server does not know Put Blob From URL

	mu    sync.Mutex
	until time.Time // when the read permissions that are signed now expire
}

const (
	pageSize    = 1000
	linkLasts   = time.Hour          // renewed when it is refused
	markerKey   = "tenantcopymarker" // metadata of the container
	azureScope  = "https://storage.azure.com/.default"
	azureTries  = 2 // beside the first; chunks are tried again as a whole
	retryDelay  = 200 * time.Millisecond
	retryAtMost = 2 * time.Second
)

var errCredential = errors.New("the credential cannot be used")

// newAzure makes a client; it does not connect.
func newAzure(at address, s tenant.Store, session tenant.Session, d *door) (*azure, error) {
	a := &azure{at: at}
	options := &azcontainer.ClientOptions{ClientOptions: policy.ClientOptions{
		Transport:       d.client(),
		Retry:           policy.RetryOptions{MaxRetries: azureTries, RetryDelay: retryDelay, MaxRetryDelay: retryAtMost},
		Telemetry:       policy.TelemetryOptions{ApplicationID: "tenantcopy"},
		PerCallPolicies: []policy.Policy{requestID(session.String())},
	}}
	refuse := func(hint string) (*azure, error) {
		return nil, &report.Error{Code: report.Usage, Store: s.Name, Op: "read the store's credential", Err: errCredential, Hint: hint}
	}
	url := at.endpoint() + "/" + at.container
	var err error
	switch {
	case s.Credential == "azure":
		if a.token, err = entra(s.Identity, nil); err != nil {
			return refuse("sign in with az login; in a pod, label it azure.workload.identity/use, give it a service account with a client id, and name identity:")
		}
		a.client, err = azcontainer.NewClient(url, a.token, options)
	case s.Credential == "" && !s.Password.IsZero():
		if a.key, err = azcontainer.NewSharedKeyCredential(at.account, s.Password.Reveal()); err != nil {
			return refuse("the account's shared key is base64")
		}
		a.client, err = azcontainer.NewClientWithSharedKeyCredential(url, a.key, options)
	default:
		return refuse("give password: the account's shared key, or credential: azure")
	}
	if err != nil {
		return refuse("")
	}
	return a, nil
}

// requestID names every request after the session, so that the account's logs
// say who reads.
type requestID string

// Do implements policy.Policy.
func (id requestID) Do(r *policy.Request) (*http.Response, error) {
	r.Raw().Header.Set("x-ms-client-request-id", string(id))
	return r.Next()
}

func (a *azure) state(ctx context.Context) (state, error) {
	props, err := a.client.GetProperties(ctx, nil)
	if err != nil {
		if e, ok := errors.AsType[*azcore.ResponseError](err); ok && e.ErrorCode == "ContainerNotFound" {
			return state{}, nil
		}
		return state{}, err
	}
	s := state{exists: true}
	for key, value := range props.Metadata {
		if strings.EqualFold(key, markerKey) && value != nil {
			text, err := base64.StdEncoding.DecodeString(*value)
			if err != nil {
				text = []byte("not base64")
			}
			s.marker = string(text)
		}
	}
	return s, nil
}

func (a *azure) page(ctx context.Context, prefix, token string) ([]object, string, error) {
	size := int32(pageSize)
	options := &azcontainer.ListBlobsFlatOptions{Include: azcontainer.ListBlobsInclude{Metadata: true}, MaxResults: &size}
	if prefix != "" {
		options.Prefix = &prefix
	}
	if token != "" {
		options.Marker = &token
	}
	page, err := a.client.NewListBlobsFlatPager(options).NextPage(ctx)
	if err != nil {
		return nil, "", err
	}
	out := make([]object, 0, len(page.Segment.BlobItems))
	for _, item := range page.Segment.BlobItems {
		if o, ok := fromItem(item); ok {
			out = append(out, o)
		}
	}
	return out, deref(page.NextMarker), nil
}

// fromItem reads one entry of a listing. Folders of a hierarchical account
// are none: the server makes them again.
func fromItem(item *azcontainer.BlobItem) (object, bool) {
	p := item.Properties
	if item.Name == nil || p == nil || deref(p.ResourceType) == "directory" {
		return object{}, false
	}
	o := object{
		Name: *item.Name, Size: deref(p.ContentLength), Type: deref(p.ContentType), Encoding: strings.ToLower(deref(p.ContentEncoding)),
		ETag: strings.Trim(string(deref(p.ETag)), `"`), Modified: deref(p.LastModified), Tags: int(deref(p.TagCount)), Full: true,
		Archived: deref(p.AccessTier) == blob.AccessTierArchive, Meta: make(map[string]string),
	}
	if kind := deref(p.BlobType); kind != blob.BlobTypeBlockBlob && kind != "" {
		o.Special = string(kind)
	}
	for key, value := range item.Metadata {
		if strings.EqualFold(key, "hdi_isfolder") && deref(value) == "true" {
			return object{}, false
		}
		o.Meta[key] = deref(value)
	}
	o.setHeaders(deref(p.ContentDisposition), deref(p.ContentLanguage), deref(p.CacheControl))
	return o, true
}

// setHeaders enters the free-text headers, in the order of freeText.
func (o *object) setHeaders(values ...string) {
	for i, name := range freeText() {
		if values[i] != "" {
			o.Meta[name] = values[i]
		}
	}
}

func (a *azure) head(ctx context.Context, name string) (object, error) {
	p, err := a.client.NewBlobClient(name).GetProperties(ctx, nil)
	if err != nil {
		return object{}, goneOr(err)
	}
	o := object{
		Name: name, Size: deref(p.ContentLength), Type: deref(p.ContentType), Encoding: strings.ToLower(deref(p.ContentEncoding)),
		ETag: strings.Trim(string(deref(p.ETag)), `"`), Modified: deref(p.LastModified), Full: true,
		Archived: deref(p.AccessTier) == string(blob.AccessTierArchive), Meta: make(map[string]string),
	}
	if kind := deref(p.BlobType); kind != blob.BlobTypeBlockBlob && kind != "" {
		o.Special = string(kind)
	}
	for key, value := range p.Metadata {
		o.Meta[strings.ToLower(key)] = deref(value) // the header's case is Go's, not the container's
	}
	o.setHeaders(deref(p.ContentDisposition), deref(p.ContentLanguage), deref(p.CacheControl))
	return o, nil
}

func (a *azure) get(ctx context.Context, o *object, from, size int64) (io.ReadCloser, error) {
	options := &blob.DownloadStreamOptions{AccessConditions: ifMatch(o.ETag)}
	if from > 0 || size >= 0 {
		options.Range = blob.HTTPRange{Offset: from, Count: max(size, 0)} // a count of 0 is up to the end
	}
	resp, err := a.client.NewBlobClient(o.Name).DownloadStream(ctx, options)
	if err != nil {
		return nil, goneOr(err)
	}
	return resp.Body, nil
}

// link signs a permission to read this one object. The time it expires hangs
// on the server's clock, so that ours need not agree with it.
func (a *azure) link(ctx context.Context, o *object, renew bool) (link, error) {
	l := link{endpoint: a.at.endpoint(), container: a.at.container, name: o.Name, etag: o.ETag, size: o.Size, url: a.client.NewBlobClient(o.Name).URL()}
	if a.key == nil {
		token, err := a.token.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{azureScope}})
		l.bearer = "Bearer " + token.Token
		return l, err
	}
	until, err := a.expiry(ctx, renew)
	if err != nil {
		return link{}, err
	}
	values := sas.BlobSignatureValues{ContainerName: a.at.container, BlobName: o.Name, ExpiryTime: until, Permissions: (&sas.BlobPermissions{Read: true}).String()}
	query, err := values.SignWithSharedKey(a.key)
	if err != nil {
		return link{}, err
	}
	l.url += "?" + query.Encode()
	return l, nil
}

// expiry asks for the server's time once, and again to renew.
func (a *azure) expiry(ctx context.Context, renew bool) (time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.until.IsZero() && !renew {
		return a.until, nil
	}
	props, err := a.client.GetProperties(ctx, nil)
	if err != nil {
		return time.Time{}, err
	}
	a.until = deref(props.Date).UTC().Add(linkLasts)
	return a.until, nil
}

// goneOr names the two answers that are no failure of the server.
func goneOr(err error) error {
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return reduceStatus(e.StatusCode, e.ErrorCode)
	}
	return err
}

// ifMatch is the condition that an object has not changed since it was listed.
func ifMatch(etag string) *blob.AccessConditions {
	if etag == "" {
		return nil
	}
	e := azcore.ETag(`"` + etag + `"`)
	return &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: &e}}
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
