package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
)

// putObject writes files into production's container, each under a folder and
// its own name.
func putObject(ctx context.Context, o options) error {
	c, err := o.prod.Container(o.backend, o.tenant)
	if err != nil {
		return err
	}
	for _, file := range o.files {
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := c.Put(ctx, servers.Object{Name: o.folder + filepath.Base(file), Body: body}); err != nil {
			return fmt.Errorf("write object: %w", err)
		}
	}
	return nil
}

// getObject prints objects of staging's container.
func getObject(ctx context.Context, o options, out io.Writer) error {
	c, err := o.staging.Container(o.backend, o.tenant)
	if err != nil {
		return err
	}
	for _, name := range o.files {
		object, found, err := c.Get(ctx, o.folder+name)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("no object %s", name)
		}
		if _, err := out.Write(object.Body); err != nil {
			return err
		}
	}
	return nil
}
