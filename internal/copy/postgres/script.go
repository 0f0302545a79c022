package postgres

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// The second half of the schema (indexes, constraints, triggers, rights of
// rows) is not replayed by pg_restore but cut into its entries, so that each
// can be built as soon as what it needs is there, in the budget of the copies,
// and in one transaction with its line in the journal. The first half is cut
// too, so that many entries are one transaction.

// piece is one entry of the archive, as pg_dump has it.
type piece struct {
	id         int    // in the archive
	class, oid uint32 // the source's catalogue and number of the object; 0 for what is no object
	needs      []int  // entries that come before it
	access     string // sets the access method of the tables and views that are made from here on
	sql        string // one or more statements
}

var (
	pieceHead   = regexp.MustCompile(`(?m)^--\n-- TOC entry ([0-9]+) \(class ([0-9]+) OID ([0-9]+)\)\n(?:-- Dependencies:([0-9 ]*)\n)?(?:--.*\n)*`)
	scriptEnd   = "\n--\n-- PostgreSQL database dump complete"
	accessTail  = regexp.MustCompile(`\n+SET (default_table_access_method = [^\n]*;)\s*$`)
	listedEntry = regexp.MustCompile(`(?m)^([0-9]+); `)
)

// errScript reports a script that cannot be told apart into its entries: text
// of the application's own making looks like the head of one.
var errScript = &cause{text: "the schema's second half cannot be told apart into its objects"}

// pieces asks pg_restore for one half, pre-data or post-data, as a script and
// cuts it.
func (s *staged) pieces(ctx context.Context, section string) ([]piece, error) {
	list, err := os.ReadFile(s.archive.list)
	if err != nil {
		return nil, err
	}
	args := []string{"--section=" + section, "--use-list=" + s.archive.list, "--no-owner", "--no-privileges", "--no-tablespaces", "--verbose", "--file=-", s.archive.file}
	script, err := child{program: s.bin.path("pg_restore"), args: args, e: s.e}.run(ctx)
	if err != nil {
		return nil, err
	}
	return cutScript(script, string(list))
}

// cutScript cuts a script at the heads of the entries that are in the list.
// A head that comes twice is a fake.
func cutScript(script, list string) ([]piece, error) {
	listed := make(map[int]bool)
	for _, m := range listedEntry.FindAllStringSubmatch(list, -1) {
		id, _ := strconv.Atoi(m[1])
		listed[id] = true
	}
	if end := strings.LastIndex(script, scriptEnd); end >= 0 {
		script = script[:end]
	}
	var out []piece
	var from int // where the open piece's body begins
	access := ""
	closePiece := func(to int) {
		if len(out) == 0 {
			return
		}
		body := "\n" + script[from:to]
		before := access
		if m := accessTail.FindStringSubmatch(body); m != nil {
			body, access = strings.TrimSuffix(body, m[0]), "SET LOCAL "+m[1]+"\n"
		}
		out[len(out)-1].access, out[len(out)-1].sql = before, strings.TrimSpace(body)
	}
	for i, m := range pieceHead.FindAllStringSubmatchIndex(script, -1) {
		if i == 0 {
			if head := accessTail.FindStringSubmatch("\n" + script[:m[0]]); head != nil {
				access = "SET LOCAL " + head[1] + "\n"
			}
		}
		p := piece{id: number(script[m[2]:m[3]]), class: uint32(number(script[m[4]:m[5]])), oid: uint32(number(script[m[6]:m[7]]))}
		seen, isListed := listed[p.id]
		if !isListed {
			continue
		}
		if !seen {
			return nil, errScript
		}
		listed[p.id] = false
		if m[8] >= 0 {
			for _, need := range strings.Fields(script[m[8]:m[9]]) {
				p.needs = append(p.needs, number(need))
			}
		}
		closePiece(m[0])
		out, from = append(out, p), m[1]
	}
	closePiece(len(script))
	return out, nil
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// firstStatement cuts the first statement of a piece off. It knows the
// server's quotes: strings, with and without backslashes, names, dollars.
func firstStatement(sql string) (first, rest string) {
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == ';':
			return strings.TrimSpace(sql[:i]), strings.TrimSpace(sql[i+1:])
		case c == '\'':
			i = quoteEnd(sql, i, i > 0 && (sql[i-1] == 'E' || sql[i-1] == 'e') && (i < 2 || !nameByte(sql[i-2])))
		case c == '"':
			i = quoteEnd(sql, i, false)
		case c == '$' && (i == 0 || !nameByte(sql[i-1])):
			i = dollarEnd(sql, i)
		default:
			i++
		}
	}
	return strings.TrimSpace(sql), ""
}

// quoteEnd returns the place after the quote that ends what opens at i; one
// that is doubled does not.
func quoteEnd(sql string, i int, backslashes bool) int {
	quote := sql[i]
	for i++; i < len(sql); i++ {
		switch {
		case backslashes && sql[i] == '\\':
			i++
		case sql[i] == quote && i+1 < len(sql) && sql[i+1] == quote:
			i++
		case sql[i] == quote:
			return i + 1
		}
	}
	return len(sql)
}

var dollarTag = regexp.MustCompile(`^\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$`)

// dollarEnd returns the place after a string in dollar quotes, or after a
// dollar that opens none.
func dollarEnd(sql string, i int) int {
	tag := dollarTag.FindString(sql[i:])
	if tag == "" {
		return i + 1
	}
	end := strings.Index(sql[i+len(tag):], tag)
	if end < 0 {
		return len(sql)
	}
	return i + len(tag) + end + len(tag)
}

// nameByte reports a byte that can be inside an unquoted name.
func nameByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
