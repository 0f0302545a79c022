package search

import (
	"context"
	"net/http"
)

// Seal makes every staged index searchable and durable and gives it the
// settings that it was loaded without.
func (s *staged) Seal(ctx context.Context) error {
	for _, t := range s.targets {
		if err := s.sealIndex(ctx, t); err != nil {
			return s.c.fail("seal the copy of index "+t.ix.name, err)
		}
	}
	return nil
}

func (s *staged) sealIndex(ctx context.Context, t *target) error {
	if err := s.c.refresh(ctx, t.name); err != nil {
		return err
	}
	body, err := encode(map[string]any{"index": restored(t.ix.settings)})
	if err != nil {
		return err
	}
	if err := s.c.ask(ctx, request{method: http.MethodPut, path: []string{t.name, "_settings"}, body: body}, nil); err != nil {
		return err
	}
	return s.c.onShards(ctx, t.name, "_flush")
}

// refresh makes what was written visible to searches.
func (c *client) refresh(ctx context.Context, index string) error {
	return c.onShards(ctx, index, "_refresh")
}

// onShards asks every shard of an index to do something, and it is an error
// if one does not.
func (c *client) onShards(ctx context.Context, index, what string) error {
	var answer struct {
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	if err := c.ask(ctx, request{method: http.MethodPost, path: []string{index, what}}, &answer); err != nil {
		return err
	}
	if answer.Shards.Failed > 0 {
		return c.short()
	}
	return nil
}
