package blob

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	azcontainer "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// The largest objects that one request can fetch from a URL, in bytes.
const (
	maxPull      = 5000 << 20
	maxPullOlder = 256 << 20
)

// errNoPull says that the server cannot fetch an object itself.
var errNoPull = errors.New("the server cannot fetch this object")

func (a *azure) put(ctx context.Context, o *outgoing, b *body) error {
	client := a.client.NewBlockBlobClient(string(o.name.Bytes()))
	headers, meta := o.headers(), pointers(o.metadata())
	if b.whole {
		_, err := client.Upload(ctx, streaming.NopCloser(bytes.NewReader(b.first)), &blockblob.UploadOptions{HTTPHeaders: headers, Metadata: meta})
		return err
	}
	var blocks []string
	for part, err := range b.parts() {
		if err != nil {
			return err
		}
		id := blockID(len(blocks))
		if _, err := client.StageBlock(ctx, id, streaming.NopCloser(bytes.NewReader(part)), nil); err != nil {
			return err
		}
		blocks = append(blocks, id)
	}
	_, err := client.CommitBlockList(ctx, blocks, &blockblob.CommitBlockListOptions{HTTPHeaders: headers, Metadata: meta})
	return err
}

// headers are the standard headers of an outgoing object.
func (o *outgoing) headers() *blob.HTTPHeaders {
	return &blob.HTTPHeaders{
		BlobContentType: textPtr(string(o.typ.Bytes())), BlobContentEncoding: textPtr(o.encoding),
		BlobContentDisposition: textPtr(o.header("content-disposition")), BlobContentLanguage: textPtr(o.header("content-language")),
		BlobCacheControl: textPtr(o.header("cache-control")),
	}
}

// blockID numbers the blocks of one upload; all ids of a blob have one length.
func blockID(n int) string {
	var id [16]byte
	copy(id[:], "tenantcopy")
	binary.BigEndian.PutUint32(id[12:], uint32(n))
	return base64.StdEncoding.EncodeToString(id[:])
}

// pull has the server put the blob from the link: the headers are ours, and
// nothing tells where it came from. A server that does not know that request,
// as emulators, gets an older one.
func (a *azure) pull(ctx context.Context, o *outgoing, from link) error {
	if a.older.Load() {
		return a.pullOlder(ctx, o, from)
	}
	if from.size > maxPull {
		return errNotThis
	}
	no := false
	options := &blockblob.UploadBlobFromURLOptions{Metadata: pointers(o.metadata()), HTTPHeaders: o.headers(), CopySourceBlobProperties: &no,
		SourceModifiedAccessConditions: sourceIfMatch(from), CopySourceAuthorization: textPtr(from.bearer)}
	_, err := a.client.NewBlockBlobClient(string(o.name.Bytes())).UploadBlobFromURL(ctx, from.url, options)
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok && e.StatusCode == http.StatusNotImplemented {
		a.older.Store(true)
		return a.pullOlder(ctx, o, from)
	}
	return pulled(err)
}

// pullOlder copies from the link. That takes over the source's headers, which
// the caller has compared with the rules' own, and leaves a trace: the link,
// whose signature reads this one object for an hour.
func (a *azure) pullOlder(ctx context.Context, o *outgoing, from link) error {
	if from.size > maxPullOlder {
		return errNotThis
	}
	options := &blob.CopyFromURLOptions{Metadata: pointers(o.metadata()), SourceModifiedAccessConditions: sourceIfMatch(from), CopySourceAuthorization: textPtr(from.bearer)}
	_, err := a.client.NewBlobClient(string(o.name.Bytes())).CopyFromURL(ctx, from.url, options)
	return pulled(err)
}

func sourceIfMatch(from link) *blob.SourceModifiedAccessConditions {
	if from.etag == "" {
		return nil
	}
	etag := azcore.ETag(`"` + from.etag + `"`)
	return &blob.SourceModifiedAccessConditions{SourceIfMatch: &etag}
}

// pulled sorts the answers to a pull.
func pulled(err error) error {
	e, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return err
	}
	switch e.StatusCode {
	case http.StatusPreconditionFailed:
		return errChanged
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return err
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotImplemented, http.StatusBadRequest:
		return errNoPull
	}
	return errNotThis
}

// errNotThis says that one object must go another way than others do.
var errNotThis = errors.New("the server did not fetch this object")

func (a *azure) remove(ctx context.Context, name string) error {
	_, err := a.client.NewBlobClient(name).Delete(ctx, nil)
	if errors.Is(goneOr(err), errGone) {
		return nil
	}
	return err
}

func (a *azure) note(ctx context.Context, name own, text []byte, when condition) (string, error) {
	plain := "application/json"
	options := &blockblob.UploadOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentType: &plain}, AccessConditions: ifMatch(when.etag)}
	if when.absent {
		anyTag := azcore.ETagAny
		options.AccessConditions = &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: &anyTag}}
	}
	resp, err := a.client.NewBlockBlobClient(name.name).Upload(ctx, streaming.NopCloser(bytes.NewReader(text)), options)
	if err != nil {
		return "", goneOr(err)
	}
	return strings.Trim(string(deref(resp.ETag)), `"`), nil
}

func (a *azure) create(ctx context.Context) error {
	_, err := a.client.Create(ctx, nil)
	if e, ok := errors.AsType[*azcore.ResponseError](err); ok && e.ErrorCode == "ContainerAlreadyExists" {
		return nil
	}
	return err
}

func (a *azure) mark(ctx context.Context, text string) error {
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	return a.say(ctx, &encoded)
}

func (a *azure) unmark(ctx context.Context) error { return a.say(ctx, nil) }

// say writes the marker into the container's metadata and keeps what else
// stands there; nil takes it away.
func (a *azure) say(ctx context.Context, marker *string) error {
	props, err := a.client.GetProperties(ctx, nil)
	if err != nil {
		return err
	}
	meta := maps.Clone(props.Metadata)
	if meta == nil {
		meta = make(map[string]*string)
	}
	maps.DeleteFunc(meta, func(key string, _ *string) bool { return strings.EqualFold(key, markerKey) })
	if marker != nil {
		meta[markerKey] = marker
	}
	_, err = a.client.SetMetadata(ctx, &azcontainer.SetMetadataOptions{Metadata: meta})
	return err
}

func pointers(m map[string]string) map[string]*string {
	out := make(map[string]*string, len(m))
	for key, value := range m {
		out[key] = &value
	}
	return out
}

func textPtr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
