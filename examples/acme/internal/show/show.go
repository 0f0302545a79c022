// Package show prints one person as she stands in production and in the
// copy, side by side, from all stores of the demo tenant.
package show

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/tenantcopy/tenantcopy/examples/acme/internal/servers"
)

// Request says whom to show, and where.
type Request struct {
	Tenant        string
	ID            int64 // of the user
	Stores        []string
	Backend       string
	Prod, Staging servers.Side
	Reports       string // folder of manifests; empty for no last line
}

// fact is one thing that is known of the person, under a label.
type fact struct{ label, value string }

// section is what one store knows; facts come in the same order on both sides.
type section struct {
	title string
	facts []fact
}

// Person prints the table to out.
func Person(ctx context.Context, out io.Writer, r Request) error {
	left, err := gather(ctx, r, r.Prod)
	if err != nil {
		return err
	}
	right, err := gather(ctx, r, r.Staging)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "User %d of %s, in %s and in %s\n\n", r.ID, r.Tenant, r.Prod.Name, r.Staging.Name)
	render(out, left, right)
	return manifest(out, r)
}

// gather reads one side.
func gather(ctx context.Context, r Request, side servers.Side) ([]section, error) {
	var all []section
	for _, kind := range servers.Kinds() {
		if !slices.Contains(r.Stores, kind) {
			continue
		}
		var s section
		var err error
		switch kind {
		case servers.Postgres:
			s, err = fromPostgres(ctx, r, side)
		case servers.Search:
			s, err = fromSearch(ctx, r, side)
		case servers.Redis:
			s, err = fromRedis(ctx, r, side)
		case servers.Blob:
			s, err = fromBlob(ctx, r, side)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of %s/%s: %w", kind, side.Name, r.Tenant, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// manifest says where the evidence of the last run lies.
func manifest(out io.Writer, r Request) error {
	if r.Reports == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(r.Reports, r.Staging.Name+"-"+r.Tenant, "*.json"))
	if err != nil {
		return err
	}
	var newest string
	var latest int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().UnixNano() > latest {
			newest, latest = file, info.ModTime().UnixNano()
		}
	}
	if newest == "" {
		return fmt.Errorf("find manifest: there is none in %s", r.Reports)
	}
	_, err = fmt.Fprintf(out, "\nThe manifest of this copy, its evidence: %s\n", newest)
	return err
}
