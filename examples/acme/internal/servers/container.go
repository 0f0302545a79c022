package servers

import (
	"context"
	"fmt"
)

// Object is a file in a container.
type Object struct {
	Name        string
	Type        string // content type
	Disposition string // content disposition, may be empty
	Metadata    map[string]string
	Body        []byte
}

// Container is a tenant's Azure container or S3 bucket.
type Container interface {
	Place
	// Names lists all objects, in order.
	Names(ctx context.Context) ([]string, error)
	// Put writes an object, over an older one too.
	Put(ctx context.Context, o Object) error
	// Get reads an object; found is false if there is none.
	Get(ctx context.Context, name string) (o Object, found bool, err error)
	// Delete removes an object.
	Delete(ctx context.Context, name string) error
}

// Place is a container as a whole.
type Place interface {
	// Create makes the container; it is no error if it is there.
	Create(ctx context.Context) error
	// Remove removes the container; some servers demand that it is empty.
	Remove(ctx context.Context) error
}

// The backends of a container.
const (
	Azure = "azure"
	S3    = "s3"
)

// Container opens a tenant's container on this side.
func (s Side) Container(backend, name string) (Container, error) {
	switch backend {
	case Azure:
		return s.azure(name)
	case S3:
		return s.bucket(name)
	}
	return nil, fmt.Errorf("open container: backend %q is neither azure nor s3", backend)
}
