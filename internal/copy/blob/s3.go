package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// s3 is a bucket. What it writes is in s3_write.go.
type s3 struct {
	at     address
	client *minio.Core
}

// s3Tries is how often one request is tried; chunks are tried again as a whole.
const s3Tries = 3

// newS3 makes a client; it does not connect.
func newS3(at address, s tenant.Store, session tenant.Session, d *door) (*s3, error) {
	refuse := func(hint string) (*s3, error) {
		return nil, &report.Error{Code: report.Usage, Store: s.Name, Op: "read the store's credential", Err: errCredential, Hint: hint}
	}
	if s.User == "" || s.Password.IsZero() || s.Credential != "" {
		return refuse("give user: the access key's id, and password: the secret key")
	}
	client, err := minio.NewCore(at.host, &minio.Options{
		Creds: credentials.NewStaticV4(s.User, s.Password.Reveal(), ""), Secure: at.scheme == "https",
		Transport: d, MaxRetries: s3Tries,
	})
	if err != nil {
		return refuse("")
	}
	client.SetAppInfo("tenantcopy", session.Run+"/"+session.User)
	return &s3{at, client}, nil
}

func (s *s3) state(ctx context.Context) (state, error) {
	exists, err := s.client.BucketExists(ctx, s.at.container)
	if err != nil || !exists {
		return state{}, err
	}
	text, err := readNote(ctx, s, ownName(markerName))
	if errors.Is(err, errGone) {
		return state{exists: true}, nil
	}
	return state{exists: true, marker: string(text)}, err
}

// page begins behind the last name of the page before, which is its token.
func (s *s3) page(ctx context.Context, prefix, token string) ([]object, string, error) {
	var out []object
	// ListObjectsIter asks for page after page; leaving the loop ends it.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for info := range s.client.ListObjectsIter(ctx, s.at.container, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, StartAfter: token, MaxKeys: pageSize}) {
		if info.Err != nil {
			return nil, "", info.Err
		}
		out = append(out, object{Name: info.Key, Size: info.Size, ETag: strings.Trim(info.ETag, `"`), Modified: info.LastModified, Archived: archived(info)})
		if len(out) == pageSize {
			return out, info.Key, nil
		}
	}
	return out, "", ctx.Err()
}

func archived(info minio.ObjectInfo) bool {
	return (info.StorageClass == "GLACIER" || info.StorageClass == "DEEP_ARCHIVE") && info.Restore == nil
}

func (s *s3) head(ctx context.Context, name string) (object, error) {
	info, err := s.client.StatObject(ctx, s.at.container, name, minio.StatObjectOptions{})
	if err != nil {
		return object{}, missingOr(err)
	}
	return fromInfo(name, info), nil
}

// fromInfo reads the headers of an object.
func fromInfo(name string, info minio.ObjectInfo) object {
	h := info.Metadata
	o := object{Name: name, Size: info.Size, Type: info.ContentType, ETag: strings.Trim(info.ETag, `"`), Modified: info.LastModified,
		Full: true, Archived: archived(info), Tags: info.UserTagCount, Meta: make(map[string]string)}
	for code := range strings.SplitSeq(strings.ToLower(h.Get("Content-Encoding")), ",") {
		// aws-chunked is how some clients sent the body, not what it is.
		if code = strings.TrimSpace(code); code != "" && code != "aws-chunked" {
			o.Encoding = code
		}
	}
	for key, value := range info.UserMetadata {
		o.Meta[strings.ToLower(key)] = value
	}
	o.setHeaders(h.Get("Content-Disposition"), h.Get("Content-Language"), h.Get("Cache-Control"))
	return o
}

func (s *s3) get(ctx context.Context, o *object, from, size int64) (io.ReadCloser, error) {
	var options minio.GetObjectOptions
	if o.ETag != "" {
		if err := options.SetMatchETag(o.ETag); err != nil {
			return nil, err
		}
	}
	switch {
	case size >= 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+size-1))
	case from > 0:
		options.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	r, _, _, err := s.client.GetObject(ctx, s.at.container, o.Name, options)
	if err != nil {
		return nil, missingOr(err)
	}
	return r, nil
}

func (s *s3) link(_ context.Context, o *object, _ bool) (link, error) {
	return link{endpoint: s.at.endpoint(), container: s.at.container, name: o.Name, etag: o.ETag, size: o.Size}, nil
}

// missingOr names the two answers that are no failure of the server.
func missingOr(err error) error {
	if e, ok := errors.AsType[minio.ErrorResponse](err); ok {
		if e.StatusCode == http.StatusNotFound && e.Code == "" {
			return errGone
		}
		return reduceStatus(e.StatusCode, e.Code)
	}
	return err
}

// noteLimit is the longest object of ours, in bytes.
const noteLimit = 16 << 20

// readNote reads an object of ours.
func readNote(ctx context.Context, c container, name own) ([]byte, error) {
	r, err := c.get(ctx, &object{Name: name.name}, 0, -1)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, noteLimit))
	return text, errors.Join(err, r.Close())
}
