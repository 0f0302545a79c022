package servers

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

type azureContainer struct{ client *container.Client }

func (s Side) azure(name string) (Container, error) {
	address, err := s.Get("AZURE")
	if err != nil {
		return nil, err
	}
	key, err := s.Get("AZURE_KEY")
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read %s: not a URL", s.Variable("AZURE"))
	}
	cred, err := azblob.NewSharedKeyCredential(path.Base(u.Path), key)
	if err != nil {
		return nil, fmt.Errorf("read %s: not an account key", s.Variable("AZURE_KEY"))
	}
	client, err := container.NewClientWithSharedKeyCredential(address+"/"+name, cred, nil)
	return &azureContainer{client}, err
}

func (c *azureContainer) Create(ctx context.Context) error {
	_, err := c.client.Create(ctx, nil)
	if bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
		return nil
	}
	return err
}

func (c *azureContainer) Names(ctx context.Context) ([]string, error) {
	var names []string
	for pages := c.client.NewListBlobsFlatPager(nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if bloberror.HasCode(err, bloberror.ContainerNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, item := range page.Segment.BlobItems {
			names = append(names, *item.Name)
		}
	}
	return names, nil
}

func (c *azureContainer) Put(ctx context.Context, o Object) error {
	headers := &blob.HTTPHeaders{BlobContentType: to.Ptr(o.Type)}
	if o.Disposition != "" {
		headers.BlobContentDisposition = to.Ptr(o.Disposition)
	}
	meta := make(map[string]*string, len(o.Metadata))
	for k, v := range o.Metadata {
		meta[k] = to.Ptr(v)
	}
	_, err := c.client.NewBlockBlobClient(o.Name).UploadBuffer(ctx, o.Body, &blockblob.UploadBufferOptions{HTTPHeaders: headers, Metadata: meta})
	return err
}

func (c *azureContainer) Get(ctx context.Context, name string) (Object, bool, error) {
	got, err := c.client.NewBlobClient(name).DownloadStream(ctx, nil)
	if bloberror.HasCode(err, bloberror.BlobNotFound, bloberror.ContainerNotFound) {
		return Object{}, false, nil
	}
	if err != nil {
		return Object{}, false, err
	}
	defer got.Body.Close()
	o := Object{Name: name, Metadata: make(map[string]string)}
	if got.ContentType != nil {
		o.Type = *got.ContentType
	}
	if got.ContentDisposition != nil {
		o.Disposition = *got.ContentDisposition
	}
	for k, v := range got.Metadata {
		o.Metadata[k] = *v
	}
	o.Body, err = io.ReadAll(got.Body)
	return o, true, err
}

func (c *azureContainer) Delete(ctx context.Context, name string) error {
	_, err := c.client.NewBlobClient(name).Delete(ctx, nil)
	return err
}

func (c *azureContainer) Remove(ctx context.Context) error {
	_, err := c.client.Delete(ctx, nil)
	return err
}
