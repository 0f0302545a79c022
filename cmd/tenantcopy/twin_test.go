package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"
)

// twin is all that staging holds of a script's tenant, one line a record, in an
// order of its own: equal copies give equal lines.
type twin struct {
	ctx    context.Context
	tenant string
	getenv func(string) string
	lines  []string
}

// cmdTwin writes the lines of all four stores into a file: twin FILE.
func cmdTwin(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := &twin{ctx: ctx, tenant: ts.Getenv("TENANT"), getenv: ts.Getenv}
	for _, store := range []func() error{w.postgres, w.search, w.redis, w.blob} {
		before := len(w.lines)
		ts.Check(store())
		if len(w.lines) == before {
			ts.Fatalf("a store holds nothing")
		}
		slices.Sort(w.lines[before:])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(w.lines, "\n")+"\n"), 0o644))
}

// cmdWipe removes all that staging holds of the script's tenant.
func cmdWipe(ts *testscript.TestScript, _ bool, _ []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := &twin{ctx: ctx, tenant: ts.Getenv("TENANT"), getenv: ts.Getenv}
	remove(ts, "STAGING", w.tenant)
	c, err := w.container()
	ts.Check(err)
	_, err = c.Delete(ctx, nil)
	ts.Check(err)
}

func (w *twin) add(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *twin) postgres() error {
	conn, err := pgx.Connect(w.ctx, w.getenv("PG_STAGING")+"/"+w.tenant)
	if err != nil {
		return err
	}
	defer conn.Close(w.ctx)
	if _, err := conn.Exec(w.ctx, "SET timezone = 'UTC'"); err != nil {
		return err
	}
	rows, err := conn.Query(w.ctx, "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
	if err != nil {
		return err
	}
	tables, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (pgx.Identifier, error) {
		name := make(pgx.Identifier, 2)
		return name, r.Scan(&name[0], &name[1])
	})
	if err != nil {
		return err
	}
	for _, table := range tables {
		rows, err := conn.Query(w.ctx, "SELECT t::text FROM ONLY "+table.Sanitize()+" t")
		if err != nil {
			return err
		}
		records, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, r := range records {
			w.add("postgres %s %q", strings.Join(table, "."), r)
		}
	}
	return nil
}

func (w *twin) search() error {
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.getenv("ES_STAGING")+"/"+w.tenant+"-*/_search?size=10000", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var found struct {
		Hits struct {
			Hits []struct {
				ID      string          `json:"_id"`
				Routing string          `json:"_routing"`
				Source  json.RawMessage `json:"_source"`
			}
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&found); err != nil {
		return err
	}
	for _, h := range found.Hits.Hits {
		w.add("search %s %s %q", h.ID, h.Routing, h.Source)
	}
	return nil
}

func (w *twin) redis() error {
	o, err := redis.ParseURL(w.getenv("REDIS_STAGING"))
	if err != nil {
		return err
	}
	o.Password = w.getenv("REDIS_PW_STAGING")
	c := redis.NewClient(o)
	defer c.Close()
	it := c.Scan(w.ctx, 0, w.tenant+":*", 1000).Iterator()
	for it.Next(w.ctx) {
		value, err := redisValue(w.ctx, c, it.Val())
		if err != nil {
			return err
		}
		w.add("redis %q %q", it.Val(), value)
	}
	return it.Err()
}

// redisValue returns a key's value, sorted where it has no order.
func redisValue(ctx context.Context, c *redis.Client, key string) (any, error) {
	kind, err := c.Type(ctx, key).Result()
	if err != nil {
		return nil, err
	}
	switch kind {
	case "string":
		return c.Get(ctx, key).Result()
	case "list":
		return c.LRange(ctx, key, 0, -1).Result()
	case "set":
		members, err := c.SMembers(ctx, key).Result()
		slices.Sort(members)
		return members, err
	case "hash":
		all, err := c.HGetAll(ctx, key).Result()
		var pairs []string
		for _, field := range slices.Sorted(maps.Keys(all)) {
			pairs = append(pairs, field, all[field])
		}
		return pairs, err
	case "zset":
		members, err := c.ZRangeWithScores(ctx, key, 0, -1).Result()
		slices.SortFunc(members, func(a, b redis.Z) int {
			return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(fmt.Sprint(a.Member), fmt.Sprint(b.Member)))
		})
		return fmt.Sprint(members), err
	case "stream":
		entries, err := c.XRange(ctx, key, "-", "+").Result()
		return fmt.Sprint(entries), err // maps are printed by key
	}
	return nil, fmt.Errorf("read a key of type %s: unknown", kind)
}

func (w *twin) container() (*container.Client, error) {
	address := w.getenv("TENANTCOPY_TEST_AZURE_STAGING")
	key, err := azblob.NewSharedKeyCredential(path.Base(address), w.getenv("TENANTCOPY_TEST_AZURE_KEY_STAGING"))
	if err != nil {
		return nil, err
	}
	return container.NewClientWithSharedKeyCredential(address+"/"+w.tenant, key, nil)
}

func (w *twin) blob() error {
	c, err := w.container()
	if err != nil {
		return err
	}
	for pages := c.NewListBlobsFlatPager(nil); pages.More(); {
		page, err := pages.NextPage(w.ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Segment.BlobItems {
			got, err := c.NewBlobClient(*item.Name).DownloadStream(w.ctx, nil)
			if err != nil {
				return err
			}
			body, err := io.ReadAll(got.Body)
			if err != nil {
				return err
			}
			meta := make(map[string]string)
			for k, v := range got.Metadata {
				meta[strings.ToLower(k)] = *v
			}
			w.add("blob %q %s %v %q", *item.Name, *got.ContentType, meta, body)
		}
	}
	return nil
}
