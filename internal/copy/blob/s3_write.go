package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
)

// maxCopy is the largest object that one CopyObject carries, in bytes.
const maxCopy = 5 << 30

func (s *s3) put(ctx context.Context, o *outgoing, b *body) error {
	name := string(o.name.Bytes())
	options := minio.PutObjectOptions{
		ContentType: string(o.typ.Bytes()), ContentEncoding: o.encoding, ContentDisposition: o.header("content-disposition"),
		ContentLanguage: o.header("content-language"), CacheControl: o.header("cache-control"), UserMetadata: prefixed(o.metadata()),
	}
	if b.whole {
		_, err := s.upload(ctx, name, b.first, options)
		return err
	}
	id, err := s.client.NewMultipartUpload(ctx, s.at.container, name, options)
	if err != nil {
		return err
	}
	parts, err := s.uploadParts(ctx, name, id, b)
	if err == nil {
		_, err = s.client.CompleteMultipartUpload(ctx, s.at.container, name, id, parts, minio.PutObjectOptions{})
	}
	if err != nil {
		return errors.Join(err, s.client.AbortMultipartUpload(context.WithoutCancel(ctx), s.at.container, name, id))
	}
	return nil
}

// upload writes a small body in one request. Its hash is signed: the signing
// of chunks, which the library would use instead, ends up in the object's
// encoding on some servers.
func (s *s3) upload(ctx context.Context, name string, body []byte, options minio.PutObjectOptions) (string, error) {
	options.DisableContentSha256 = true // no signed chunks
	info, err := s.client.PutObject(ctx, s.at.container, name, bytes.NewReader(body), int64(len(body)), "", hash(body), options)
	return strings.Trim(info.ETag, `"`), err
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (s *s3) uploadParts(ctx context.Context, name, id string, b *body) ([]minio.CompletePart, error) {
	var parts []minio.CompletePart
	for part, err := range b.parts() {
		if err != nil {
			return nil, err
		}
		options := minio.PutObjectPartOptions{Sha256Hex: hash(part), DisableContentSha256: true}
		done, err := s.client.PutObjectPart(ctx, s.at.container, name, id, len(parts)+1, bytes.NewReader(part), int64(len(part)), options)
		if err != nil {
			return nil, err
		}
		parts = append(parts, minio.CompletePart{PartNumber: done.PartNumber, ETag: done.ETag})
	}
	return parts, nil
}

// pull copies inside one endpoint; two servers do not reach each other.
func (s *s3) pull(ctx context.Context, o *outgoing, from link) error {
	if from.endpoint != s.at.endpoint() {
		return errNoPull
	}
	if from.size > maxCopy {
		return errNotThis
	}
	options := minio.CopyDestOptions{
		Bucket: s.at.container, Object: string(o.name.Bytes()), ReplaceMetadata: true, UserMetadata: prefixed(o.metadata()),
		ContentType: string(o.typ.Bytes()), ContentEncoding: o.encoding, ContentDisposition: o.header("content-disposition"),
		ContentLanguage: o.header("content-language"), CacheControl: o.header("cache-control"), ReplaceTags: true,
	}
	_, err := s.client.Client.CopyObject(ctx, options, minio.CopySrcOptions{Bucket: from.container, Object: from.name, MatchETag: from.etag})
	e, ok := errors.AsType[minio.ErrorResponse](err)
	switch {
	case !ok:
		return err
	case e.StatusCode == http.StatusPreconditionFailed:
		return errChanged
	case e.StatusCode == http.StatusServiceUnavailable || e.StatusCode == http.StatusTooManyRequests || e.Code == "NoSuchBucket":
		return err
	case e.StatusCode == http.StatusForbidden || e.StatusCode == http.StatusNotImplemented:
		return errNoPull
	}
	return errNotThis
}

func (s *s3) remove(ctx context.Context, name string) error {
	err := s.client.RemoveObject(ctx, s.at.container, name, minio.RemoveObjectOptions{})
	if errors.Is(missingOr(err), errGone) {
		return nil
	}
	return err
}

func (s *s3) note(ctx context.Context, name own, text []byte, when condition) (string, error) {
	options := minio.PutObjectOptions{ContentType: "application/json"}
	if when.absent {
		options.SetMatchETagExcept("*")
	}
	if when.etag != "" {
		options.SetMatchETag(when.etag)
	}
	etag, err := s.upload(ctx, name.name, text, options)
	if err != nil {
		return "", missingOr(err)
	}
	return etag, nil
}

func (s *s3) create(ctx context.Context) error {
	exists, err := s.client.BucketExists(ctx, s.at.container)
	if err != nil || exists {
		return err
	}
	err = s.client.MakeBucket(ctx, s.at.container, minio.MakeBucketOptions{})
	if e, ok := errors.AsType[minio.ErrorResponse](err); ok && e.Code == "BucketAlreadyOwnedByYou" {
		return nil
	}
	return err
}

func (s *s3) mark(ctx context.Context, text string) error {
	_, err := s.note(ctx, ownName(markerName), []byte(text), condition{})
	return err
}

func (s *s3) unmark(ctx context.Context) error { return s.remove(ctx, ownName(markerName).name) }

// prefixed writes the keys out in full: without the prefix the library takes
// some of them for headers.
func prefixed(meta map[string]string) map[string]string {
	out := make(map[string]string, len(meta))
	for key, value := range meta {
		out["x-amz-meta-"+key] = value
	}
	return out
}
