package postgres

import (
	"context"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
)

// Functions, views and triggers of the source may call other servers, as
// foreign tables do. What can be seen to is told of, and where the text of a
// function names a server, the name is replaced by one that leads nowhere, and a
// password by none. Addresses that a function reads or puts together at run time
// are as the twin's rows have them.

// wayOut is one way by which a database reaches another server.
type wayOut struct {
	name string
	call *regexp.Regexp
}

func waysOut() []wayOut {
	return []wayOut{
		{"dblink", regexp.MustCompile(`(?i)\bdblink(_connect|_connect_u|_exec|_open|_send_query)?\s*\(`)},
		{"http", regexp.MustCompile(`(?i)\bhttp(_get|_post|_put|_patch|_delete|_head)?\s*\(`)},
		{"pg_net", regexp.MustCompile(`(?i)\bnet\.http_|\bhttp_request\s*\(`)},
		{"pg_cron", regexp.MustCompile(`(?i)\bcron\.(schedule|alter_job|job\b)`)},
		{"aws", regexp.MustCompile(`(?i)\baws_(lambda|s3)\.`)},
		{"azure", regexp.MustCompile(`(?i)\bazure_(storage|openai|ai)\.`)},
		{"a program of the server's machine", regexp.MustCompile(`(?i)\b(FROM|TO)\s+PROGRAM\b`)},
		{"a connection string", regexp.MustCompile(`(?i)\bhost(addr)?\s*=\s*[a-z0-9_.:/\[-]|postgres(ql)?://`)},
	}
}

// noteWaysOut says which texts of the schema reach outward, and leaves of those
// of functions what the twin will have.
func noteWaysOut(texts []anonymize.Text, notes []string) []string {
	ways := waysOut()
	for i, t := range texts {
		if t.Comment || strings.HasPrefix(t.Place, "name of ") || strings.HasPrefix(t.Place, "options of ") {
			continue
		}
		var found []string
		body := t.Body
		if strings.HasPrefix(t.Place, "function ") { // its own name stands in front
			texts[i].Body = leadNowhere(t.Body)
			_, body, _ = strings.Cut(body, "\nAS ")
			if body == "" {
				body = t.Body
			}
		}
		for _, way := range ways {
			if way.call.MatchString(body) {
				found = append(found, way.name)
			}
		}
		if len(found) > 0 {
			notes = append(notes, t.Place+" may reach other servers from the twin: "+joinNames(found))
		}
	}
	return notes
}

var (
	connectionURL = regexp.MustCompile(`(?i)\bpostgres(?:ql)?://[^\s'"$]+`)
	webURL        = regexp.MustCompile(`(?i)\b(https?)://[^\s'"$]+`)
	connectionKey = regexp.MustCompile(`(?i)\b(host|hostaddr|password)(\s*=\s*)([^\s'"=|$]+)`)
)

// leadNowhere replaces the addresses that the definition of a function names.
// Addresses of the web are only replaced where it calls something by them.
func leadNowhere(definition string) string {
	out := connectionURL.ReplaceAllString(definition, "postgres://"+unroutable+"/none")
	if ways := waysOut(); ways[1].call.MatchString(out) || ways[2].call.MatchString(out) {
		out = webURL.ReplaceAllString(out, "$1://"+unroutable+"/")
	}
	if ways := waysOut(); !ways[0].call.MatchString(out) { // host= may mean anything
		return out
	}
	return connectionKey.ReplaceAllStringFunc(out, func(s string) string {
		m := connectionKey.FindStringSubmatch(s)
		return m[1] + m[2] + map[string]string{"host": unroutable, "hostaddr": "0.0.0.0", "password": "none"}[strings.ToLower(m[1])]
	})
}

const outwardQuery = `SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND p.prokind <> 'a' AND l.lanname NOT IN ('c', 'internal') AND pg_has_role(p.proowner, 'USAGE')
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')) ORDER BY p.oid`

// closeWaysOut makes the staged functions lead nowhere. Those of a template stay
// as they are.
func (s *staged) closeWaysOut(ctx context.Context) error {
	return s.execEach(ctx, outwardQuery, func(rows pgx.Rows) ([]string, error) {
		var place, definition string
		err := rows.Scan(&place, &definition)
		changed := leadNowhere(definition)
		if err != nil || changed == definition {
			return nil, err
		}
		s.learned.add("addresses in the text of " + place + " lead nowhere in the twin")
		return []string{changed}, nil
	})
}
