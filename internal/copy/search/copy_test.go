package search

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/clone"
	"github.com/tenantcopy/tenantcopy/internal/guard"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// TestSlices copies an index that is cut into slices over three shards.
func TestSlices(t *testing.T) {
	const docs = 12_000
	b := newBed(t)
	b.prod.must(t, http.MethodPut, b.prefix+"many", `{"settings":{"number_of_shards":3}}`)
	b.prod.must(t, http.MethodPost, b.prefix+"many/_bulk?refresh=true", ndjson(docs, func(i int) string { return fmt.Sprintf(`{"n":%d}`, i) }))
	m := b.mustCopy(t, keepAll)
	if got := m.Stores[0].Tally; got.Records != docs || got.Groups["many"] != docs {
		t.Errorf("tally: %d records, %v", got.Records, got.Groups)
	}
	if got := m.Proof.Stores[0]; got.Records != docs || got.Controls != 1 {
		t.Errorf("proof: %d records, %d controls", got.Records, got.Controls)
	}
	b.wantSame(t)
}

// TestFatPages reads documents that compress so well that the first pages
// asked for are far too large to hold.
func TestFatPages(t *testing.T) {
	b := newBed(t)
	index := b.prefix + "fat"
	b.prod.must(t, http.MethodPut, index, `{"mappings":{"properties":{"text":{"enabled":false,"type":"object"}}}}`)
	for range 2 {
		b.prod.must(t, http.MethodPost, index+"/_bulk?refresh=true", strings.ReplaceAll(ndjson(25, func(i int) string {
			return `{"text":"` + strings.Repeat("x", 500_000) + `"}`
		}), `{"_id":"d`, fmt.Sprintf(`{"_id":"%d`, len(b.prod.documents(t, index)))))
	}
	b.mustCopy(t, keepAll)
	if got := len(b.staging.documents(t, index)); got != 50 {
		t.Errorf("%d documents of 50", got)
	}
	r := b.open(t.Context(), t, b.session())
	if _, err := r.Survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	ix := r.indexes[0]
	cur := r.c.cursor(ix.view, 0, 1, ix.bytes/ix.docs)
	asked := cur.size
	for total := 0; total < 50; {
		hits, err := cur.next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total += len(hits)
	}
	if asked < 50 || cur.size >= 50 || cap(cur.answer) > 2*pageMost {
		t.Errorf("pages of %d became pages of %d, held in %d bytes", asked, cur.size, cap(cur.answer))
	}
}

// TestSharedIndex is a tenant that has a part of an index that several share,
// by two filtered aliases: nothing of the others may come along.
func TestSharedIndex(t *testing.T) {
	b := newBed(t)
	shared := b.name + "x-shared"
	t.Cleanup(func() { b.prod.drop(t, shared) })
	b.prod.must(t, http.MethodPut, shared, fmt.Sprintf(`{"mappings":{"properties":{"tenant":{"type":"keyword"},"kind":{"type":"keyword"}}},
		"aliases":{"%[1]spapers":{"filter":{"bool":{"must":[{"term":{"tenant":"a"}},{"term":{"kind":"p"}}]}}},"%[1]squeries":{"filter":{"bool":{"must":[{"term":{"tenant":"a"}},{"term":{"kind":"q"}}]}}},"%[2]sz-all":{}}}`, b.prefix, b.name))
	b.prod.put(t, shared, doc{"1", "", `{"tenant":"a","kind":"p"}`}, doc{"2", "", `{"tenant":"b","kind":"p"}`}, doc{"3", "", `{"tenant":"a","kind":"q"}`}, doc{"4", "", `{"tenant":"a","kind":"z"}`})
	m := b.mustCopy(t, keepAll)
	if got := m.Stores[0].Tally.Records; got != 2 {
		t.Errorf("%d documents copied, want the tenant's 2", got)
	}
	for name, want := range map[string]string{"papers": "|1", "queries": "|3"} {
		if got := slices.Collect(maps.Keys(b.staging.documents(t, b.prefix+name))); !slices.Equal(got, []string{want}) {
			t.Errorf("alias %s shows %q, want %q", name, got, want)
		}
	}
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, b.name+"z-all") {
		t.Errorf("the alias outside the prefix is not noted: %s", notes)
	}
}

// TestRoutingAloneIsRefused is a tenant separated by nothing but routing.
func TestRoutingAloneIsRefused(t *testing.T) {
	b := newBed(t)
	shared := b.name + "x-shared"
	t.Cleanup(func() { b.prod.drop(t, shared) })
	b.prod.must(t, http.MethodPut, shared, `{"aliases":{"`+b.prefix+`papers":{"routing":"a"}}}`)
	_, err := b.copy(t.Context(), t, keepAll)
	wantCode(t, err, report.Incompatible)
}

// TestRollover is two indexes behind one alias, one of which takes writes.
func TestRollover(t *testing.T) {
	b := newBed(t)
	for i, write := range []bool{false, true} {
		index := fmt.Sprintf("%slogs-00000%d", b.prefix, i+1)
		b.prod.must(t, http.MethodPut, index, fmt.Sprintf(`{"aliases":{"%slogs":{"is_write_index":%v}}}`, b.prefix, write))
		b.prod.put(t, index, doc{fmt.Sprint(i), "", fmt.Sprintf(`{"f%d":1}`, i)})
	}
	m := b.mustCopy(t, "version: 1\npeople: none\nsearch:\n  logs: {_id: keep, f0: keep, f1: keep}\n")
	if got := m.Stores[0].Tally.Groups["logs"]; got != 2 {
		t.Errorf("group logs counts %d", got)
	}
	b.wantSame(t)
	b.staging.put(t, b.prefix+"logs", doc{"new", "", `{"f1":2}`})
	if got := len(b.staging.documents(t, b.prefix+"logs-000002")); got != 2 {
		t.Errorf("a write to the alias did not reach the write index")
	}
}

// TestLeftAlone are indexes that are not read, and said so.
func TestLeftAlone(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"closed", doc{"1", "", `{"a":1}`})
	b.prod.must(t, http.MethodPost, b.prefix+"closed/_close", "")
	b.prod.must(t, http.MethodPut, b.prefix+"hidden", `{"settings":{"hidden":true}}`)
	b.prod.put(t, b.prefix+"hidden", doc{"1", "", `{"a":1}`})
	m := b.mustCopy(t, keepAll)
	if notes := strings.Join(m.Stores[0].Notes, "\n"); !strings.Contains(notes, b.prefix+"closed is closed") {
		t.Errorf("notes: %s", notes)
	}
	if got := b.staging.documents(t, b.prefix+"hidden"); len(got) != 1 {
		t.Errorf("the hidden index holds %d documents", len(got))
	}
	if found := b.staging.indexes(t, b.prefix+"closed"); len(found) != 0 {
		t.Error("the closed index has a copy")
	}
}

// TestBrokenSource refuses an index whose _source is not whole, before the
// first document, unless it is left out.
func TestBrokenSource(t *testing.T) {
	for _, source := range []string{`{"enabled":false}`, `{"excludes":["secret"]}`, `{"includes":["a*"]}`} {
		b := newBed(t)
		b.prod.must(t, http.MethodPut, b.prefix+"dark", `{"mappings":{"_source":`+source+`,"properties":{"a":{"type":"keyword"}}}}`)
		b.prod.put(t, b.prefix+"dark", doc{"1", "", `{"a":"1"}`})
		b.prod.put(t, b.prefix+"light", doc{"1", "", `{"a":"1"}`})
		_, err := b.copy(t.Context(), t, keepAll)
		wantCode(t, err, report.Incompatible)
		if !strings.Contains(err.Error(), b.prefix+"dark") {
			t.Errorf("the refusal does not name the index: %v", err)
		}
		if left := b.staging.stagedOf(t, b.twin()); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		m := b.mustCopy(t, "version: 1\npeople: none\nsearch:\n  dark: drop\n  light: {a: keep, _id: keep}\n")
		if m.Stores[0].Tally.Records != 1 {
			t.Errorf("%d documents copied", m.Stores[0].Tally.Records)
		}
	}
}

// TestNothingToCopy leaves every index out: the twin ends without one that
// holds anything, by a switch that a second process could have finished.
func TestNothingToCopy(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"1"}`})
	b.mustCopy(t, keepAll)
	b.mustCopy(t, "version: 1\npeople: none\nsearch:\n  docs: drop\n")
	for name := range b.staging.indexes(t, b.prefix+"*") {
		if docs := b.staging.documents(t, name); len(docs) > 0 {
			t.Errorf("%s holds %d documents", name, len(docs))
		}
	}
}

// TestPipelines gives a pipeline of the source back only when the copy is
// full, and the one of a template at the destination no chance.
func TestPipelines(t *testing.T) {
	b := newBed(t)
	b.prod.must(t, http.MethodPut, b.prefix+"docs", `{"settings":{"default_pipeline":"not-there","number_of_replicas":2,"translog":{"durability":"request"}}}`)
	b.prod.must(t, http.MethodPut, b.prefix+"docs/_doc/1?pipeline=_none&refresh=true", `{"a":"1"}`)
	b.prod.put(t, b.prefix+"plain", doc{"1", "", `{"a":"1"}`})
	b.next = newRun()
	template := "tenantcopy-test-" + b.name
	b.staging.must(t, http.MethodPut, "_index_template/"+template, `{"index_patterns":["`+namespace+b.next+`-*"],"priority":900,"template":{"settings":{"final_pipeline":"not-there-either","number_of_replicas":3,"refresh_interval":"91s"}}}`)
	_, err := b.copy(t.Context(), t, keepAll)
	b.staging.must(t, http.MethodDelete, "_index_template/"+template, "")
	if err != nil {
		t.Fatal(err)
	}
	b.wantSame(t)
}

// TestTemplates refuses a destination whose templates would spoil what is
// staged.
func TestTemplates(t *testing.T) {
	for name, template := range map[string]string{"alias": `{"aliases":{"%s-surprise":{}}}`, "_source": `{"mappings":{"_source":{"excludes":["a"]}}}`} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"1"}`})
			b.next = newRun()
			if strings.Contains(template, "%s") {
				template = fmt.Sprintf(template, b.name)
			}
			b.staging.must(t, http.MethodPut, "_index_template/tenantcopy-test-"+b.name, `{"index_patterns":["`+namespace+b.next+`-*"],"priority":900,"template":`+template+`}`)
			_, err := b.copy(t.Context(), t, keepAll)
			b.staging.must(t, http.MethodDelete, "_index_template/tenantcopy-test-"+b.name, "")
			wantCode(t, err, report.Incompatible)
			if !strings.Contains(err.Error(), "template") || !strings.Contains(err.Error(), name) {
				t.Errorf("error: %v", err)
			}
			if left := b.staging.indexes(t, namespace+b.run+"-*"); len(left) > 0 {
				t.Errorf("%d indexes left behind", len(left))
			}
		})
	}
}

// TestOtherPrefix copies between tenants that are called differently.
func TestOtherPrefix(t *testing.T) {
	b := newBed(t)
	b.dst.Prefix = b.name + "stg-"
	t.Cleanup(func() { b.staging.drop(t, b.dst.Prefix+"*") })
	b.prod.must(t, http.MethodPut, b.prefix+"docs-1", `{"aliases":{"`+b.prefix+`docs":{},"`+b.prefix+`some":{"filter":{"term":{"a":"1"}}}}}`)
	b.prod.put(t, b.prefix+"docs-1", doc{"1", "", `{"a":"1"}`}, doc{"2", "", `{"a":"2"}`})
	b.mustCopy(t, keepAll)
	b.mustCopy(t, keepAll)
	b.wantSame(t)
	if found := b.staging.indexes(t, b.prefix+"*"); len(found) != 0 {
		t.Error("something stands under the source's prefix")
	}
}

// TestTakesOver puts a copy where concrete indexes and an alias on somebody
// else's index stand: the former go, the latter loses only the alias.
func TestTakesOver(t *testing.T) {
	b := newBed(t)
	other := b.name + "x-other"
	t.Cleanup(func() { b.staging.drop(t, other) })
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"new"}`})
	b.staging.put(t, b.prefix+"docs", doc{"1", "", `{"a":"old"}`}, doc{"2", "", `{"a":"old"}`})
	b.staging.put(t, b.prefix+"extra", doc{"1", "", `{"a":"old"}`})
	b.staging.must(t, http.MethodPut, other, `{"aliases":{"`+b.prefix+`more":{},"`+b.name+`z":{}}}`)
	b.staging.put(t, other, doc{"1", "", `{"a":"kept"}`})
	b.mustCopy(t, keepAll)
	b.wantSame(t)
	if got := b.staging.indexes(t, other)[other]; len(got.Aliases) != 1 || len(b.staging.documents(t, other)) != 1 {
		t.Errorf("the other's index has aliases %v", got.Aliases)
	}
}

// TestTwinBesides is a second twin whose name begins with the first's prefix,
// made by tenantcopy: the first twin's switch leaves it alone.
func TestTwinBesides(t *testing.T) {
	b, c := newBed(t), newBed(t)
	c.name = b.name + "-eu"
	c.prefix = c.name + "-"
	c.src.Ref.Name, c.src.Origin, c.src.Store.Prefix, c.dst.Prefix = c.name, c.name, c.prefix, c.prefix
	t.Cleanup(func() { c.staging.forgetTwin(t, c.twin()) })
	c.prod.put(t, c.prefix+"docs", doc{"1", "", `{"a":"eu"}`})
	c.mustCopy(t, keepAll)
	c.prod.drop(t, c.prefix+"*")
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"first"}`})
	b.mustCopy(t, keepAll)
	b.mustCopy(t, keepAll)
	if got := c.staging.documents(t, c.prefix+"docs"); got["|1"] != `{"a":"eu"}` {
		t.Errorf("the twin besides holds %d documents", len(got))
	}
}

// TestExpiredView ends a copy whose point in time is gone, and reads no other.
func TestExpiredView(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"1"}`})
	b.wrap = func(r clone.Reader) clone.Reader { return expiring{r} }
	_, err := b.copy(t.Context(), t, keepAll)
	wantCode(t, err, report.Transient)
	if !strings.Contains(err.Error(), "point in time") {
		t.Errorf("error: %v", err)
	}
}

// expiring gives the points in time back before the copy begins.
type expiring struct{ clone.Reader }

func (e expiring) Into(dst guard.Destination) (clone.Staged, error) {
	r := e.Reader.(*reader)
	for _, ix := range r.indexes {
		if err := r.c.closeView(context.Background(), ix.view); err != nil {
			return nil, err
		}
	}
	return e.Reader.Into(dst)
}

// TestLostStage refuses to switch when a staged index is gone, and leaves the
// old copy as it is.
func TestLostStage(t *testing.T) {
	b := newBed(t)
	b.prod.put(t, b.prefix+"docs", doc{"1", "", `{"a":"1"}`})
	b.prod.put(t, b.prefix+"more", doc{"1", "", `{"a":"1"}`})
	b.mustCopy(t, keepAll)
	before := b.staging.dump(t, b.prefix)
	b.wrap = func(r clone.Reader) clone.Reader { return losing{r, b.staging} }
	_, err := b.copy(t.Context(), t, keepAll)
	wantCode(t, err, report.NotFound)
	b.wrap = nil
	_, err = b.copy(t.Context(), t, keepAll) // finishes the switch, or rather cannot
	wantCode(t, err, report.NotFound)
	after := b.staging.dump(t, b.prefix)
	if !maps.Equal(before, after) {
		t.Error("the old copy was touched")
	}
}

// losing deletes a staged index before the switch.
type losing struct {
	clone.Reader
	s server
}

func (l losing) Into(dst guard.Destination) (clone.Staged, error) {
	s, err := l.Reader.Into(dst)
	if err != nil {
		return nil, err
	}
	return losingStaged{s.(*staged), l.s}, nil
}

type losingStaged struct {
	*staged
	s server
}

func (l losingStaged) Switch(ctx context.Context) error {
	if _, _, err := l.s.try(http.MethodDelete, stagedName(l.dst.Run(), 1), ""); err != nil {
		return err
	}
	return l.staged.Switch(ctx)
}

// TestSurvey holds what a survey says of a mapping.
func TestSurvey(t *testing.T) {
	b := newBed(t)
	b.prod.must(t, http.MethodPut, b.prefix+"profiles-1", `{"settings":{"analysis":{"filter":{"few":{"type":"stop","stopwords":["jane","doe"]}}}},"mappings":{"_meta":{"owner":"someone"},
		"runtime":{"day":{"type":"keyword"}},
		"dynamic_templates":[{"strings":{"match_mapping_type":"string","mapping":{"type":"keyword"}}}],
		"properties":{"a":{"properties":{"b":{"type":"text","fields":{"raw":{"type":"keyword"}}},"c":{"type":"alias","path":"a.b"}}},"blob":{"type":"object","enabled":false},
		"n":{"type":"nested","properties":{"x":{"type":"long"}}},"flat":{"type":"flattened"},"sug":{"type":"completion"},"v":{"type":"dense_vector","dims":3},"odd[0]":{"type":"keyword"}}},
		"aliases":{"`+b.prefix+`profiles":{}}}`)
	b.prod.put(t, b.prefix+"profiles-1", doc{"1", "", `{"flat":{"k":"v"}}`})
	r := b.open(t.Context(), t, b.session())
	s, err := r.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range s.Fields {
		if f.Store != "search" || f.Group != "profiles" || f.Form != anonymize.FormText {
			t.Errorf("field %+v", f)
		}
		got = append(got, f.Name+":"+f.Type)
	}
	want := []string{"_id:_id", "a.b:text", "blob:object", "flat:flattened", "n.x:long", `odd\[0]:keyword`, "sug:completion", "v:dense_vector"}
	if !slices.Equal(got, want) {
		t.Errorf("fields %q, want %q", got, want)
	}
	var texts strings.Builder
	for _, x := range s.Texts {
		texts.WriteString(x.Place + "=" + x.Body + "\n")
	}
	for _, part := range []string{"_meta", "someone", `["jane","doe"]`, "dynamic_templates", "runtime"} {
		if !strings.Contains(texts.String(), part) {
			t.Errorf("texts lack %s: %s", part, &texts)
		}
	}
	if s.Records != 1 || s.Bytes == 0 {
		t.Errorf("%d records, %d bytes", s.Records, s.Bytes)
	}
	if _, err := r.Survey(t.Context()); err != nil {
		t.Errorf("a second survey: %v", err)
	}
}

// TestPrefixes refuses prefixes that would take more than a tenant's own.
func TestPrefixes(t *testing.T) {
	for _, prefix := range []string{"", "*", "a*", "a,b", "tenantcopy-", "t", "tenantcopy-x-", "Acme-", "-acme", "_all", ".acme", "a/b", "a b"} {
		b := newBed(t)
		b.src.Store.Prefix = prefix
		_, err := Open(t.Context(), b.src)
		wantCode(t, err, report.Usage)
	}
}
