package redis

import (
	"context"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/clone"
)

// samplePages is how many pages of a SCAN an estimate looks at.
const samplePages = 8

// Survey implements clone.Reader. A key has no structure that could be known
// without reading all of them: there are no fields, and rules are held
// against each key as it is copied. Records is an estimate from the first
// pages of a SCAN, which visits keys in an order that is not theirs. There is
// no snapshot: each key is read as it is when its turn comes.
func (r *reader) Survey(ctx context.Context) (clone.Survey, error) {
	total, err := r.src.c.DBSize(ctx).Result()
	if err != nil {
		return clone.Survey{}, r.src.fail("count keys", err)
	}
	pattern, cursor, ours := glob(r.prefix), uint64(0), int64(0)
	for page := int64(1); ; page++ {
		keys, next, err := r.src.c.Scan(ctx, cursor, pattern, scanCount).Result()
		if err != nil {
			return clone.Survey{}, r.src.fail("scan keys", err)
		}
		for _, key := range keys {
			if strings.HasPrefix(key, r.prefix) {
				ours++
			}
		}
		if cursor = next; cursor == 0 {
			return clone.Survey{Records: ours}, nil
		}
		if page == samplePages {
			return clone.Survey{Records: max(ours*total/(page*scanCount), ours)}, nil
		}
	}
}
