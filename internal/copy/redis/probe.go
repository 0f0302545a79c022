package redis

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// prober collects facts through a session of its own, behind the read-only
// door on both sides.
type prober struct {
	l      *link
	prefix string
}

var _ guard.Prober = (*prober)(nil)

// Probe opens a session that finds out what the source's side is. Errors are
// those of Open.
func Probe(ctx context.Context, src tenant.Source) (guard.Prober, error) {
	l, err := openSource(ctx, src)
	if err != nil {
		return nil, err
	}
	return &prober{l: l, prefix: src.Store.Prefix}, nil
}

// Name implements guard.Prober.
func (p *prober) Name() string { return p.l.store }

// Facts implements guard.Prober. There is no nonce: a server's run id and the
// id of its replication history, which a replica shares with its primary,
// tell a place apart.
func (p *prober) Facts(ctx context.Context, _ int64) (guard.Facts, error) {
	info, err := p.info(ctx)
	if err != nil {
		return guard.Facts{}, err
	}
	facts := guard.Facts{Version: info["redis_version"]}
	for _, name := range []string{"run_id", "master_replid"} {
		if id := info[name]; id != "" {
			facts.Identities = append(facts.Identities, "redis:"+id)
		}
	}
	if len(facts.Identities) == 0 {
		return guard.Facts{}, p.l.refuse(report.Incompatible, "identify server", errors.New("INFO names neither run_id nor master_replid"),
			"without them source and destination cannot be told apart")
	}
	for keys, err := range p.l.keysOf(ctx, glob(p.prefix)) {
		if err != nil {
			return guard.Facts{}, err
		}
		if hasPrefix(keys, p.prefix) {
			facts.Exists = true
			break
		}
	}
	facts.Empty = !facts.Exists
	return facts, p.marker(ctx, &facts)
}

func hasPrefix(keys []string, prefix string) bool {
	for _, key := range keys {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// info asks what the server says about itself.
func (p *prober) info(ctx context.Context) (map[string]string, error) {
	out := make(map[string]string)
	for _, section := range []string{"server", "replication"} {
		text, err := p.l.c.Info(ctx, section).Result()
		if err != nil {
			return nil, p.l.fail("identify server", err)
		}
		maps.Copy(out, fields(text))
	}
	return out, nil
}

// fields reads what INFO answers.
func fields(text string) map[string]string {
	out := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			out[name] = value
		}
	}
	return out
}

// marker reads the twin's marker; what is not one of ours is foreign.
func (p *prober) marker(ctx context.Context, facts *guard.Facts) error {
	text, err := p.l.c.Get(ctx, markerKey(p.prefix)).Result()
	switch {
	case lost(err), p.l.side == report.Source && oneOf(err, "NOPERM"): // a source need not show us what lies beside the tenant
		return nil
	case oneOf(err, "WRONGTYPE"):
		facts.Foreign = true
		return nil
	case err != nil:
		return p.l.fail("read marker", err)
	}
	m, err := guard.DecodeMarker(text)
	switch {
	case errors.Is(err, guard.ErrForeign):
		facts.Foreign = true
	case err != nil:
		return p.l.refuse(report.Incompatible, "read marker", err, "use the newer tenantcopy")
	default:
		facts.Marker = &m
	}
	return nil
}

// Close implements guard.Prober.
func (p *prober) Close() error { return p.l.close() }
