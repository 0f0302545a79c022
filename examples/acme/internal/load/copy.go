package load

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// table is the rows of one table; a row's values are in the order of columns.
type table struct {
	name    string // quoted where it must be
	columns string // as in SQL: "id, name"
	rows    [][]any
}

// day is a date without a time.
type day time.Time

// copyIn writes a table by COPY in its text form, which takes every type
// (enums, domains, arrays, inet) without knowing it.
func copyIn(ctx context.Context, c *pgx.Conn, t table) error {
	var b bytes.Buffer
	for _, row := range t.rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if err := appendValue(&b, v); err != nil {
				return fmt.Errorf("write table %s: %w", t.name, err)
			}
		}
		b.WriteByte('\n')
	}
	if _, err := c.PgConn().CopyFrom(ctx, &b, "COPY "+t.name+" ("+t.columns+") FROM STDIN"); err != nil {
		return fmt.Errorf("write table %s: %w", t.name, err)
	}
	return nil
}

// appendValue writes one value of a row; "" stays an empty text, nil is NULL.
func appendValue(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString(`\N`)
	case string:
		b.WriteString(copyEscape(v))
	case int:
		b.WriteString(strconv.Itoa(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case day:
		b.WriteString(time.Time(v).Format(time.DateOnly))
	case time.Time:
		b.WriteString(v.Format(time.RFC3339Nano))
	case []byte:
		b.WriteString(`\\x` + hex.EncodeToString(v))
	case []string:
		b.WriteString(copyEscape(textArray(v)))
	case []int64:
		b.WriteString(strings.NewReplacer("[", "{", "]", "}", " ", ",").Replace(fmt.Sprint(v)))
	default:
		j, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b.WriteString(copyEscape(string(j)))
	}
	return nil
}

func copyEscape(s string) string {
	if !strings.ContainsAny(s, "\\\t\n\r") {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(s)
}

// textArray is PostgreSQL's form of an array of texts.
func textArray(elems []string) string {
	quoted := make([]string, len(elems))
	for i, e := range elems {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// or returns v, or nil for an empty text: NULL.
func or(v string) any {
	if v == "" {
		return nil
	}
	return v
}
