package search

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/copy/copytest"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

func TestLaws(t *testing.T) { copytest.Laws(t, newFixture) }

const keepRules = `version: 1
people: none
search:
  "profiles*":
    _id: keep
    _routing: keep
    name: keep
    staff_no: keep
    salary: keep
    notes: keep
    vector: keep
    extra.**: keep
    tags: keep
    team.name: keep
  jobs: {_id: keep, title: keep}
`

const uncoveredRules = `version: 1
people: none
search:
  "profiles*":
    _id: keep
    _routing: keep
    name: keep
    salary: keep
    notes: keep
    vector: keep
    extra.**: keep
    tags: keep
    team.name: keep
  jobs: {_id: keep, title: keep}
`

const maskRules = `version: 1
people: none
search:
  "profiles*":
    _id: keep
    _routing: keep
    name: name
    staff_no: digits
    salary: {bucket: 500}
    notes: secret
    vector: "null"
    extra.**: keep
    tags: keep
    team.name: keep
  jobs: {_id: keep, title: keep}
`

const profilesIndex = `{
  "settings": {"number_of_shards": 2, "refresh_interval": "7s", "max_result_window": 4000,
    "analysis": {"filter": {"few": {"type": "stop", "stopwords": ["the", "of"]}}, "analyzer": {"plain": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "few"]}}}},
  "mappings": {"dynamic": "strict", "_meta": {"made_by": "the application"}, "properties": {
    "name": {"type": "text", "analyzer": "plain", "fields": {"raw": {"type": "keyword"}}},
    "staff_no": {"type": "keyword"}, "salary": {"type": "keyword"}, "notes": {"type": "keyword", "ignore_above": 64},
    "vector": {"type": "dense_vector", "dims": 3}, "extra": {"type": "object", "enabled": false}, "tags": {"type": "keyword"},
    "person": {"type": "alias", "path": "name"},
    "team": {"type": "nested", "properties": {"name": {"type": "keyword"}}}}},
  "aliases": {"%[1]sprofiles": {}, "%[1]smine": {"filter": {"term": {"tags": "mine"}}, "routing": "7"}}}`

// secrets are values of the source that maskRules rewrite.
var secrets = []string{"Quillon Zebraworth", "4711-0815-2342", "opensesame-91"}

func newFixture(t *testing.T) *copytest.Fixture {
	prod, staging := prodServer(t), stagingServer(t)
	name := newName()
	prefix := name + "-"
	t.Cleanup(func() {
		prod.drop(t, prefix+"*")
		staging.drop(t, prefix+"*")
		staging.forgetTwin(t, "staging/"+name)
		for _, s := range []server{prod, staging} {
			s.drop(t, name+"2-profiles")
		}
	})
	profiles := prefix + "profiles-000001"
	prod.must(t, http.MethodPut, profiles, fmt.Sprintf(profilesIndex, prefix))
	prod.must(t, http.MethodPut, prefix+"jobs", `{"mappings":{"properties":{"title":{"type":"text"}}}}`)
	seed(t, prod, profiles, prefix+"jobs")
	for _, s := range []server{prod, staging} {
		s.put(t, name+"2-profiles", doc{"1", "", `{"name":"a neighbour"}`})
	}
	f := &copytest.Fixture{
		Source:      tenant.Source{Ref: tenant.Ref{Env: "prod", Name: name}, Origin: name, Store: tenant.Store{Kind: tenant.Search, Name: "search", URL: prod.url, Prefix: prefix}},
		Destination: tenant.Store{Kind: tenant.Search, Name: "search", URL: staging.url, Prefix: prefix},
		Open:        Open, Probe: Probe, Site: Site,
		KeepRules: keepRules, Uncovered: uncoveredRules, MaskRules: maskRules, Secrets: secrets,
		Neighbour: func(t *testing.T) map[string]string { return staging.dump(t, name+"2-") },
		Leftovers: func(t *testing.T) []string { return staging.stagedOf(t, "staging/"+name) },
		Unplant: func(_ *testing.T, run string) error {
			status, _, err := staging.try(http.MethodDelete, controlName(run), "")
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("status %d", status)
			}
			return err
		},
		Write: writeThroughDoor(profiles),
	}
	f.Dump = func(t *testing.T, side copytest.Side) map[string]string {
		if side == copytest.OfSource {
			return prod.dump(t, prefix)
		}
		return staging.dump(t, prefix)
	}
	f.PlantLeak = func(t *testing.T) (string, string) {
		prod.put(t, profiles, doc{"leak", "", `{"name":"x","notes":"call jane.doe@corp-of-acme.test"}`})
		return "jane.doe@corp-of-acme.test", "._source: e-mail"
	}
	f.Break = func(t *testing.T) {
		prod.put(t, profiles, doc{"broken", "", `{"salary":"` + secrets[2] + `"}`})
	}
	return f
}

// seed fills the two indexes with what copies get wrong.
func seed(t *testing.T, s server, profiles, jobs string) {
	t.Helper()
	docs := []doc{
		{"lines", "", "{\n \"tags\" : [ \"a\",\n\t\"b  c\" ]\r\n}"},
		{"1", "", `{"name":"` + secrets[0] + `","staff_no":"` + secrets[1] + `","salary":"41500","notes":"` + secrets[2] + `","vector":[0.25,1.0,-3e-1],"tags":"mine"}`},
		{"2", "r/1 é", `{"extra":{"big":12345678901234567890123,"one":1.0,"exp":1E2,"half":"\ud83d","b":1,"a":{"z":[],"y":{}}}}`},
		{"nested", "7", `{"tags":["mine","yours"],"team":[{"name":"red"},{"name":"blue"}]}`},
	}
	for i, id := range []string{"bell\aand\v", "quote\"back\\slash", "del\u007f", "slash/percent%41?#&+ ", "non-char\U0010ffff", "é中", `{"a":1}`} {
		docs = append(docs, doc{id, "", fmt.Sprintf(`{"tags":"id%d"}`, i)})
	}
	s.put(t, profiles, docs...)
	docs = nil
	for i := range 30 {
		docs = append(docs, doc{fmt.Sprint("job", i), "", fmt.Sprintf(`{"title":"Engineer %d"}`, i)})
	}
	s.put(t, jobs, docs...)
}

// writeThroughDoor tries to write with the reader's own client.
func writeThroughDoor(index string) func(context.Context, clone.Reader) []error {
	return func(ctx context.Context, r clone.Reader) []error {
		c := r.(*reader).c
		var errs []error
		for _, w := range []request{
			{method: http.MethodPut, path: []string{index, "_doc", "written"}, body: []byte(`{"tags":"x"}`)},
			{method: http.MethodPost, path: []string{index, "_doc"}, body: []byte(`{"tags":"x"}`)},
			{method: http.MethodPost, path: []string{index, "_update", "1"}, body: []byte(`{"doc":{"tags":"x"}}`)},
			{method: http.MethodPost, path: []string{index, "_bulk"}, body: []byte("{\"delete\":{\"_id\":\"1\"}}\n")},
			{method: http.MethodPost, path: []string{"_bulk"}, body: []byte("{\"delete\":{\"_index\":\"" + index + "\",\"_id\":\"1\"}}\n")},
			{method: http.MethodPost, path: []string{index, "_delete_by_query"}, body: []byte(`{"query":{"match_all":{}}}`)},
			{method: http.MethodDelete, path: []string{index, "_doc", "1"}},
			{method: http.MethodDelete, path: []string{index}},
			{method: http.MethodPost, path: []string{index, "_close"}},
			{method: http.MethodPut, path: []string{index, "_settings"}, body: []byte(`{"index":{"refresh_interval":"1s"}}`)},
			{method: http.MethodPut, path: []string{index, "_mapping"}, body: []byte(`{"properties":{"new":{"type":"keyword"}}}`)},
			{method: http.MethodPost, path: []string{"_aliases"}, body: []byte(`{"actions":[{"remove_index":{"index":"` + index + `"}}]}`)},
			{method: http.MethodGet, path: []string{index, "_refresh"}},
			{method: http.MethodPost, path: []string{index, "_flush"}},
			{method: http.MethodPost, path: []string{index, "_pit", "..", "_bulk"}, body: []byte("{\"delete\":{\"_id\":\"1\"}}\n")},
		} {
			_, err := c.do(ctx, w)
			errs = append(errs, err)
		}
		return errs
	}
}
