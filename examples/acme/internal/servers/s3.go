package servers

import (
	"bytes"
	"context"
	"io"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

type bucket struct {
	client *minio.Client
	name   string
}

func (s Side) bucket(name string) (Container, error) {
	address, err := s.Get("S3")
	if err != nil {
		return nil, err
	}
	access, err := s.Get("S3_ACCESS")
	if err != nil {
		return nil, err
	}
	secret, err := s.Get("S3_SECRET")
	if err != nil {
		return nil, err
	}
	host, secure, err := hostOf(address)
	if err != nil {
		return nil, err
	}
	client, err := minio.New(host, &minio.Options{Creds: credentials.NewStaticV4(access, secret, ""), Secure: secure, Region: "us-east-1"})
	return &bucket{client, name}, err
}

func (b *bucket) Create(ctx context.Context) error {
	there, err := b.client.BucketExists(ctx, b.name)
	if err != nil || there {
		return err
	}
	return b.client.MakeBucket(ctx, b.name, minio.MakeBucketOptions{})
}

func (b *bucket) Names(ctx context.Context) ([]string, error) {
	ctx, stop := context.WithCancel(ctx) // ends the listing when this returns early
	defer stop()
	var names []string
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Recursive: true}) {
		if minio.ToErrorResponse(o.Err).Code == minio.NoSuchBucket {
			return nil, nil
		}
		if o.Err != nil {
			return nil, o.Err
		}
		names = append(names, o.Key)
	}
	return names, nil
}

func (b *bucket) Put(ctx context.Context, o Object) error {
	_, err := b.client.PutObject(ctx, b.name, o.Name, bytes.NewReader(o.Body), int64(len(o.Body)), minio.PutObjectOptions{
		ContentType: o.Type, ContentDisposition: o.Disposition, UserMetadata: o.Metadata, DisableMultipart: true})
	return err
}

func (b *bucket) Get(ctx context.Context, name string) (Object, bool, error) {
	got, err := b.client.GetObject(ctx, b.name, name, minio.GetObjectOptions{})
	if err != nil {
		return Object{}, false, err
	}
	defer got.Close()
	info, err := got.Stat()
	if code := minio.ToErrorResponse(err).Code; code == minio.NoSuchKey || code == minio.NoSuchBucket {
		return Object{}, false, nil
	}
	if err != nil {
		return Object{}, false, err
	}
	body, err := io.ReadAll(got)
	return Object{Name: name, Type: info.ContentType, Disposition: info.Metadata.Get("Content-Disposition"), Metadata: info.UserMetadata, Body: body}, true, err
}

func (b *bucket) Delete(ctx context.Context, name string) error {
	return b.client.RemoveObject(ctx, b.name, name, minio.RemoveObjectOptions{})
}

func (b *bucket) Remove(ctx context.Context) error { return b.client.RemoveBucket(ctx, b.name) }
