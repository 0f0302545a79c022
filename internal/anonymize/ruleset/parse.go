package ruleset

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// Parse reads a rules file; file is its name for messages. It returns rules only when the file has no mistake. The error joins all
// mistakes, each an *Error, in file order.
func Parse(file string, data []byte) (*Rules, error) {
	sum := sha256.Sum256(data)
	p := &reader{
		mistakes: mistakes{file: file},
		verbs:    map[string]Verb{},
		rules: Rules{
			File: file, Hash: hex.EncodeToString(sum[:]), Names: nameTables()[0], Shape: KeptShape, EmailDomain: defaultDomain, Unclassified: Refuse,
		},
	}
	for _, v := range Verbs() {
		p.verbs[v.Name] = v
		p.words = append(p.words, v.Name)
	}
	switch root := p.read(data); root.kind {
	case nodeMapping:
		p.file(root)
		p.check()
	case nodeBroken:
	default:
		p.add(Pos{1, 1}, "a rules file begins with version: 1", "not a mapping")
	}
	if err := p.join(); err != nil {
		return nil, err
	}
	return &p.rules, nil
}

// reader turns nodes into Rules. It goes on after a mistake, so that all are found.
type reader struct {
	mistakes
	verbs map[string]Verb
	words []string // names of all verbs, for hints
	rules Rules

	domainPos Pos // of email_domain's value, when written
}

// nameTables lists the versions of the name tables, the default first.
func nameTables() []string { return []string{"v1"} }

// settings lists the keys of a file that are no store.
func settings() []string {
	return []string{"version", "names", "shape", "unclassified", "email_domain", "keep_domains", "people", "person"}
}

// file reads the top level.
func (p *reader) file(root node) {
	var version, person, people *pair
	for i := range root.pairs {
		kv := &root.pairs[i]
		switch kv.key {
		case "version":
			version = kv
		case "names":
			p.oneOf(*kv, nameTables(), &p.rules.Names)
		case "shape":
			p.oneOf(*kv, []string{string(KeptShape), string(PlainShape)}, (*string)(&p.rules.Shape))
		case "unclassified":
			p.oneOf(*kv, []string{string(Refuse), string(Drop)}, (*string)(&p.rules.Unclassified))
		case "email_domain":
			p.domainPos = kv.value.pos
			p.domain(kv.value, &p.rules.EmailDomain)
		case "keep_domains":
			p.keepDomains(*kv)
		case "people":
			people = kv
		case "person":
			person = kv
		case "extends", "accept":
			p.add(kv.pos, "", "%q: not supported yet", kv.key)
		default:
			p.store(*kv)
		}
	}
	p.version(version)
	p.people(people, person)
}

func (p *reader) version(kv *pair) {
	switch {
	case kv == nil:
		p.add(Pos{1, 1}, "add version: 1", "no version")
	case kv.value.kind == nodeBroken:
	case !kv.value.literal || kv.value.text != "1":
		p.add(kv.value.pos, "this program reads version: 1", "unknown version")
	}
}

// people reads `person:` and `people: none`: one of the two must be there, so that a file without people is a decision.
func (p *reader) people(people, person *pair) {
	if people != nil && p.oneOf(*people, []string{"none"}, new(string)) {
		p.rules.NoPeople = true
	}
	switch {
	case people == nil && person == nil:
		p.add(Pos{1, 1}, "name them under person:, or write people: none", "no source of people")
	case people != nil && person != nil:
		p.add(people.pos, "leave one of them out", "people: none beside person:")
	}
	if person != nil {
		p.sources(*person)
	}
}

// oneOf reads a scalar that is one of known; false when it is not.
func (p *reader) oneOf(kv pair, known []string, into *string) bool {
	word, ok := p.scalar(kv)
	if !ok {
		return false
	}
	if !slices.Contains(known, word) {
		hint := didYouMean(word, known)
		if hint == "" {
			hint = "known: " + strings.Join(known, ", ")
		}
		p.add(kv.value.pos, hint, "%s: unknown value %q", kv.key, word)
		return false
	}
	*into = word
	return true
}

// scalar is the text of a value that is one scalar, not empty.
func (p *reader) scalar(kv pair) (string, bool) {
	switch {
	case kv.value.kind == nodeBroken:
		return "", false
	case kv.value.kind != nodeScalar || kv.value.text == "":
		p.add(kv.value.pos, "", "%s: not one plain value", kv.key)
		return "", false
	}
	return kv.value.text, true
}

// defaultDomain is the parent of generated e-mail domains. It is reserved: mail to it reaches nobody.
const defaultDomain = "example.com"

func (p *reader) keepDomains(kv pair) {
	switch kv.value.kind {
	case nodeBroken:
		return
	case nodeList:
	default:
		p.add(kv.value.pos, "write [support.example.com]", "keep_domains: not a list")
		return
	}
	for _, item := range kv.value.items {
		var domain string
		if !p.domain(item, &domain) {
			continue
		}
		if slices.Contains(p.rules.KeepDomains, domain) {
			p.add(item.pos, "", "domain %q stands twice", domain)
			continue
		}
		p.rules.KeepDomains = append(p.rules.KeepDomains, domain)
	}
}

// domain reads a host name of at least two labels, lower-cased.
func (p *reader) domain(n node, into *string) bool {
	if n.kind == nodeBroken {
		return false
	}
	name := strings.ToLower(n.text)
	label := `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
	if n.kind != nodeScalar || len(name) > 200 || !regexp.MustCompile(`^(`+label+`\.)+`+label+`$`).MatchString(name) {
		p.add(n.pos, "such as support.example.com, other scripts in their xn-- form", "not a domain name")
		return false
	}
	*into = name
	return true
}

// reserved says whether nobody can ever own domain (RFC 2606, RFC 6761).
func reserved(domain string) bool {
	for _, parent := range []string{"example.com", "example.net", "example.org", "test", "invalid", "example"} {
		if domain == parent || strings.HasSuffix(domain, "."+parent) {
			return true
		}
	}
	return false
}
