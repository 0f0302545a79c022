package search

import (
	"context"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// prober collects facts about the source, through a client of its own that
// passes the read-only door.
type prober struct {
	c       *client
	prefix  string
	version version
}

// Probe connects to the source's side of a search store.
func Probe(ctx context.Context, src tenant.Source) (guard.Prober, error) {
	c, err := newClient(src.Store, src.Session, report.Source)
	if err != nil {
		return nil, err
	}
	return newProber(ctx, c, src.Store.Prefix)
}

func newProber(ctx context.Context, c *client, prefix string) (*prober, error) {
	v, err := c.hello(ctx)
	if err != nil {
		c.close()
		return nil, err
	}
	return &prober{c: c, prefix: prefix, version: v}, nil
}

// Name returns the store's name.
func (p *prober) Name() string { return p.c.store }

// Facts says which cluster this is and whether the tenant has an index there.
func (p *prober) Facts(ctx context.Context, _ int64) (guard.Facts, error) {
	found, facts, err := p.look(ctx)
	facts.Exists = len(found) > 0
	facts.Empty = !facts.Exists
	return facts, err
}

// look asks for what both sides want to know.
func (p *prober) look(ctx context.Context) (map[string]described, guard.Facts, error) {
	uuid, err := p.c.cluster(ctx)
	if err != nil {
		return nil, guard.Facts{}, p.c.fail("identify the cluster", err)
	}
	found, err := p.c.tenantIndexes(ctx, brief)
	return found, guard.Facts{Identities: []string{"search:" + uuid}, Version: "Elasticsearch " + p.version.text}, p.c.fail("list indexes", err)
}

// Close closes the connections.
func (p *prober) Close() error {
	p.c.close()
	return nil
}
