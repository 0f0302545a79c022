package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	azblob "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/minio/minio-go/v7"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// env returns a variable that scripts/services sets.
func env(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf(`%s is not set: run scripts/services up and eval "$(scripts/services env)"`, name)
	}
	return v
}

// protocols are the two backends; both run the same tests.
var protocols = []string{"azure", "s3"}

// eachProtocol runs a test on both.
func eachProtocol(t *testing.T, test func(t *testing.T, protocol string)) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) { test(t, protocol) })
	}
}

// storeOn is the address of a container on one side, "PROD" or "STAGING".
func storeOn(t *testing.T, protocol, side, container string) tenant.Store {
	t.Helper()
	if protocol == "azure" {
		return tenant.Store{Kind: tenant.Blob, Name: "blob", URL: env(t, "TENANTCOPY_TEST_AZURE_"+side) + "/" + container, Password: tenant.NewSecret(env(t, "TENANTCOPY_TEST_AZURE_KEY_"+side))}
	}
	host, _ := strings.CutPrefix(env(t, "TENANTCOPY_TEST_S3_"+side), "http://")
	return tenant.Store{Kind: tenant.Blob, Name: "blob", URL: "s3+http://" + host + "/" + container, User: env(t, "TENANTCOPY_TEST_S3_ACCESS_"+side), Password: tenant.NewSecret(env(t, "TENANTCOPY_TEST_S3_SECRET_"+side))}
}

// bucket is a container of the test's own, with a client that may write.
type bucket struct {
	t     *testing.T
	store tenant.Store
	c     twoWay
}

func bucketOn(t *testing.T, protocol, side, name string) *bucket {
	t.Helper()
	store := storeOn(t, protocol, side, name)
	at, err := parseAddress(store)
	if err != nil {
		t.Fatal(err)
	}
	c, err := connect(at, store, tenant.Session{Run: "000000000000", User: "test"}, newDoor(false))
	if err != nil {
		t.Fatal(err)
	}
	b := &bucket{t, store, c}
	t.Cleanup(b.drop)
	return b
}

func (b *bucket) create() *bucket {
	b.t.Helper()
	if err := b.c.create(b.t.Context()); err != nil {
		b.t.Fatalf("make a container: %v", reduce(err))
	}
	return b
}

// drop removes the container and all that is in it.
func (b *bucket) drop() {
	ctx := context.WithoutCancel(b.t.Context())
	if s, err := b.c.state(ctx); err != nil || !s.exists {
		return
	}
	switch c := b.c.(type) {
	case *azure:
		_, err := c.client.Delete(ctx, nil)
		if err != nil {
			b.t.Error(reduce(err))
		}
	case *s3:
		for info := range c.client.ListObjectsIter(ctx, c.at.container, minio.ListObjectsOptions{Recursive: true}) {
			_ = c.client.RemoveObject(ctx, c.at.container, info.Key, minio.RemoveObjectOptions{})
		}
		if err := c.client.RemoveBucket(ctx, c.at.container); err != nil {
			b.t.Error(reduce(err))
		}
	}
}

// thing is an object as a test writes it.
type thing struct {
	name, typ, body string
	encoding        string
	meta            map[string]string // headers under their names, as in object.Meta
}

// write puts a thing there, as an application would.
func (b *bucket) write(things ...thing) {
	b.t.Helper()
	for _, x := range things {
		meta := maps.Clone(x.meta)
		header := func(name string) string {
			v := meta[name]
			delete(meta, name)
			return v
		}
		disposition, language, cache := header("content-disposition"), header("content-language"), header("cache-control")
		var err error
		switch c := b.c.(type) {
		case *azure:
			_, err = c.client.NewBlockBlobClient(x.name).Upload(b.t.Context(), streaming.NopCloser(strings.NewReader(x.body)), &blockblob.UploadOptions{
				Metadata: pointers(meta), HTTPHeaders: &azblob.HTTPHeaders{BlobContentType: textPtr(x.typ), BlobContentDisposition: textPtr(disposition),
					BlobContentLanguage: textPtr(language), BlobCacheControl: textPtr(cache), BlobContentEncoding: textPtr(x.encoding)}})
		case *s3:
			_, err = c.upload(b.t.Context(), x.name, []byte(x.body), minio.PutObjectOptions{UserMetadata: prefixed(meta), ContentType: x.typ,
				ContentDisposition: disposition, ContentLanguage: language, CacheControl: cache, ContentEncoding: x.encoding})
		}
		if err != nil {
			b.t.Fatalf("write a test object: %v", reduce(err))
		}
	}
}

// read returns an object with its body.
func (b *bucket) read(name string) (object, string) {
	b.t.Helper()
	o, err := b.c.head(b.t.Context(), name)
	if err != nil {
		b.t.Fatalf("read %q: %v", name, reduce(err))
	}
	r, err := b.c.get(b.t.Context(), &o, 0, -1)
	if err != nil {
		b.t.Fatalf("read %q: %v", name, reduce(err))
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	if err != nil {
		b.t.Fatalf("read %q: %v", name, reduce(err))
	}
	return o, string(body)
}

// names lists everything, ours included when own is set.
func (b *bucket) names(own bool) []string {
	b.t.Helper()
	if s, err := b.c.state(b.t.Context()); err != nil || !s.exists {
		return nil
	}
	var out []string
	for _, prefix := range []string{"", ownPrefix} {
		if prefix == ownPrefix && !own {
			continue
		}
		listing := cursor{c: b.c, prefix: prefix}
		for o, err := range listing.all(b.t.Context()) {
			if err != nil {
				b.t.Fatal(err)
			}
			out = append(out, o.Name)
		}
	}
	slices.Sort(out)
	return out
}

// dump returns the live objects in a form that is equal for equal content.
func (b *bucket) dump() map[string]string {
	b.t.Helper()
	out := make(map[string]string)
	for _, name := range b.names(false) {
		o, body := b.read(name)
		var text strings.Builder
		fmt.Fprintf(&text, "type %s\nencoding %s\n", o.Type, o.Encoding)
		for _, key := range slices.Sorted(maps.Keys(o.Meta)) {
			if key != markKey {
				fmt.Fprintf(&text, "%s: %s\n", key, o.Meta[key])
			}
		}
		out[name] = text.String() + "\n" + body
	}
	return out
}

// left returns what is staged.
func (b *bucket) left() []string {
	b.t.Helper()
	return slices.DeleteFunc(b.names(true), func(name string) bool {
		return !isOwn(name) || name == ownName(markerName).name
	})
}

// random returns a suffix of the test's own.
func random() string { return strings.ToLower(rand.Text()[:10]) }

// mustRemove removes an object.
func (b *bucket) mustRemove(name string) {
	b.t.Helper()
	if err := b.c.remove(b.t.Context(), name); err != nil {
		b.t.Fatal(reduce(err))
	}
}

// repeat fills size bytes with a text.
func repeat(text string, size int) string {
	return string(bytes.Repeat([]byte(text), size/len(text)+1)[:size])
}
