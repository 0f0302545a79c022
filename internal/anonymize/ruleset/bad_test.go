package ruleset

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// badFiles has every class of mistake, with the exact text of every error.
func badFiles() map[string]struct{ file, want string } {
	return map[string]struct{ file, want string }{
		"empty": {"", `r:1:1: not a mapping (a rules file begins with version: 1)`},
		"list":  {"- a\n", `r:1:1: not a mapping (a rules file begins with version: 1)`},
		"version missing, people missing": {"names: v1\n", `
r:1:1: no version (add version: 1)
r:1:1: no source of people (name them under person:, or write people: none)`},
		"version wrong":  {"version: 2\npeople: none\n", `r:1:10: unknown version (this program reads version: 1)`},
		"version quoted": {"version: \"1\"\npeople: none\n", `r:1:10: unknown version (this program reads version: 1)`},
		"version empty":  {"version:\npeople: none\n", `r:1:1: unknown version (this program reads version: 1)`},
		"people twice": {`version: 1
people: none
person: {postgres: {users: {id: id, email: email}}}`, `r:2:1: people: none beside person: (leave one of them out)`},
		"settings": {`version: 1
people: nobody
names: v9
unclassified: keep
unclasified: drop
email_domain: acme.com
keep_domains: acme.com
extends: base.yaml
accept: []`, `
r:2:9: people: unknown value "nobody" (known: none)
r:3:8: names: unknown value "v9" (did you mean v1?)
r:4:15: unclassified: unknown value "keep" (known: refuse, drop)
r:5:1: unknown key "unclasified" (did you mean unclassified?)
r:6:15: email_domain "acme.com" is not reserved: mail to it may reach somebody (use example.com or a name under .test, .invalid or .example, or list it in keep_domains)
r:7:15: keep_domains: not a list (write [support.example.com])
r:8:1: "extends": not supported yet
r:9:1: "accept": not supported yet`},
		"domains": {`version: 1
people: none
email_domain: localhost
keep_domains: [acme com, mail.acme.com, MAIL.acme.com, {a: b}]`, `
r:3:15: not a domain name (such as support.example.com, other scripts in their xn-- form)
r:4:16: not a domain name (such as support.example.com, other scripts in their xn-- form)
r:4:41: domain "mail.acme.com" stands twice
r:4:56: not a domain name (such as support.example.com, other scripts in their xn-- form)`},
		"stores": {`version: 1
people: none
postgre: {users: {id: keep}}
postgres/Main: {users: {id: keep}}
mongo: {}
postgres: {}
blob:`, `
r:3:1: unknown key "postgre" (did you mean postgres?)
r:4:1: "postgres/Main" is not the name of a store (lower-case letters, digits, - and _)
r:5:1: unknown key "mongo" (known: postgres, blob, search, redis, version, names, shape, unclassified, email_domain, keep_domains, people, person)
r:6:11: postgres: not a mapping with a table, an index, an object or a key pattern in each line
r:7:1: blob: not a mapping with a table, an index, an object or a key pattern in each line`},
		"sources": {`version: 1
person:
  blob: {"a/*": {id: id, name: name}}
  postgres:
    users: {id: id, nme: full_name}
    staff: {name: name}
    ids: {id: id}
    "u*": {id: id, name: name}
    lists: {id: [id], name: {a: b}, email: "*", phone: }
  postgres/b:
    staff: {id: id, name: name}
    public.staff: {id: id, name: name}
  search:
    people: {id: "a[].id", name: "n*me"}
    "a{b": {id: id, name: name}
  redis: text`, `
r:3:3: person: objects do not list people
r:5:21: unknown key "nme" of a person (did you mean name?)
r:6:5: person source "staff" has no id (add id: and the column)
r:7:5: person source "ids" names nobody (add name, first, last, email or phone)
r:8:5: "u*": people are in tables named one by one
r:9:17: id: not one plain value
r:9:29: name: not one plain value
r:9:44: column "*": one column, not a wildcard
r:9:49: phone: not one plain value
r:12:5: person source "public.staff" stands twice
r:14:18: path "a[].id": one place, not a wildcard or an array
r:14:34: path "n*me": * stands for a whole key and cannot be part of one
r:15:5: "a{b": { without }; write {{ for a brace
r:16:10: redis: not a mapping with a table, an index or a key pattern in each line`},
		"verbs": {`version: 1
people: none
postgres:
  users:
    id: kep
    email: peson.email
    a: drop
    b:
    c: [keep]
    d: {}
    e: {text: html, email: x}
    g: shift
    k: {txt: html}
    q: {list: {lst: keep}}
    r: derive
    s: {derive: "a || b"}
    v: {context: id}
    w: strip
    x: placeholdr
    y: {hash: {a: keep}}
    z: {list: shuffle}
    l: {list: drop}
    aa: zzzzzz`, `
r:5:9: unknown verb "kep" (did you mean keep?)
r:6:12: unknown verb "peson.email" (did you mean person.email?)
r:7:8: verb "drop" cannot rule a column (a column cannot be left out: say null)
r:8:5: no rule (a verb such as keep)
r:9:8: a rule is one verb, not a list
r:10:8: no verb (a verb such as keep)
r:11:21: two verbs, "text" and "email" (a value has exactly one verb)
r:12:8: verb "shift" stands without its argument (write {shift: …})
r:13:9: unknown verb "txt" (did you mean text?)
r:14:16: unknown verb "lst" (did you mean list?)
r:15:8: verb "derive" stands without its argument (write {derive: …})
r:17:8: no verb (a verb such as keep)
r:18:8: verb "strip" cannot rule a column (it rules the body of an object)
r:19:8: unknown verb "placeholdr" (did you mean placeholder?)
r:20:9: verb "hash" cannot rule a column (it rules the value of a key)
r:21:15: verb "shuffle" cannot rule an element of a list (it rules a column)
r:22:15: verb "drop" cannot rule an element of a list (it rules a path of a document, the body of an object, the value of a key, the groups of a stream)
r:23:9: unknown verb "zzzzzz"`},
		"arguments": {`version: 1
people: none
postgres:
  users:
    f: {shift: 30}
    h: {keep: yes}
    i: {set: }
    j: {set: null}
    l: {text: {a: b}}
    m: {email: , context: id}
    n: {json: }
    o: {json: {}}
    p: {json: keep}
    t: {bucket: 0}
    u: {noise: 0%}
    v: {noise: 0.000%}
    w: {noise: 100%}
    x: {text: markdown}
    y: {digits: other}
    z: {text: , context: }`, `
r:5:16: verb "shift" takes a number of days such as 30d, or 30d tenant
r:6:15: verb "keep" takes no argument
r:7:9: verb "set" takes a constant, or $NAME for an environment variable
r:8:14: verb "set" takes a constant, or $NAME for an environment variable
r:9:15: verb "text" takes plain or html
r:10:18: verb "email" takes no context
r:11:9: json: not a mapping with a field in each line
r:12:15: json: not a mapping with a field in each line
r:13:15: json: not a mapping with a field in each line
r:14:17: verb "bucket" takes the width of a class such as 5
r:15:16: verb "noise" takes a percentage such as 10%
r:16:16: verb "noise" takes a percentage such as 10%
r:17:16: verb "noise" takes a percentage such as 10%
r:18:15: verb "text" takes plain or html
r:19:17: verb "digits" takes same or luhn
r:20:17: context: not one plain value`},
		"YAML we have no use for": {`version: 1
people: none
postgres:
  users:
    a: *x
    b: &y keep
    <<: {c: keep}
    d: !!str keep
    ? e
    : keep`, `
r:5:8: anchors and aliases are not supported (a key that begins with * or ? needs quotes: "*")
r:6:8: anchors and aliases are not supported (a key that begins with * or ? needs quotes: "*")
r:7:5: key is not a plain name (a key that begins with * or ? needs quotes: "*")
r:8:8: tags are not supported
r:9:5: key is not a plain name (a key that begins with * or ? needs quotes: "*")`},
		"star without quotes": {"version: 1\npostgres:\n  users:\n    *: keep\n", `r:4:8: read YAML: value is not allowed in this context (a key that begins with * or ? needs quotes: "*")`},
		"two documents":       {"version: 1\npeople: none\n---\na: b\n", `r:4:1: more than one YAML document`},
		"tab":                 {"version: 1\n\ttab: x\n", `r:2:1: read YAML: found character '\t' that cannot start any token`},
		"open mapping":        {"version: 1\npostgres: {users: {a: keep\n", `r:2:19: read YAML: could not find flow mapping end token '}'`},
		"not UTF-8":           {"version: 1\npeople: \xff\n", `r:2:1: line is not UTF-8`},
		"too large":           {strings.Repeat("#", maxFile+1), `r:1:1: file is larger than 1 MiB`},
		"too deep": {"version: 1\npeople: none\npostgres: {t: {c: " + strings.Repeat("{json: {a: ", 20) + "keep" + strings.Repeat("}}", 20) + "}}\n",
			`r:3:181: nested more than 32 deep`},
		"characters count, not bytes": {"version: 1\npeople: none\npostgres: {\"größe\": {\"größe\": kep}}\n", `r:3:31: unknown verb "kep" (did you mean keep?)`},
		"tables": {`version: 1
people: none
postgres:
  users: {a: keep, a: email}
  users: {b: keep}
  t: keep
  u: drop
  v: null
  w: {$rows: all}
  x: {$rows: preserve}
  y: {$docs: none}
  z: {}
  aa: {$schema: x, $row: none, id: keep}
  bb: {$person: id, $rows: none}
  cc: {"u*": keep}
  dd: {"*": keep, id: keep}
  ee: {body: {text: html, context: autor_id}, author_id: keep}
  "{users.id}": {id: keep}
  public.t: {a: keep}
  $schema: x
  "": {a: keep}
  ff: {"": keep}`, `
r:4:20: "a" stands twice, first on line 4
r:5:3: "users" stands twice, first on line 4
r:6:6: "t": rules of a table or index are one per field (say {"*": keep})
r:7:6: a table cannot be left out (say {$rows: none})
r:8:6: "v" has no rules (write {"*": keep} or {$rows: none})
r:9:14: $rows: unknown value "all" (known: none, preserve, or an SQL condition such as "created_at > now() - interval '90 days'")
r:11:3: "y" has no field
r:11:7: unknown option "$docs" (did you mean $rows?)
r:12:3: "z" has no field
r:13:8: option "$schema": not supported yet
r:13:20: unknown option "$row" (did you mean $rows?)
r:14:17: $person without a source of people
r:15:8: "u*": the only wildcard for columns is "*"; \* is a star in a name
r:16:19: "id" is never reached: "*" on line 16 comes first (move it up)
r:17:36: "ee" has no field "autor_id" (did you mean author_id?)
r:18:3: "{users.id}": a table's name cannot name a person: say $person
r:19:3: "public.t" is never reached: "t" on line 6 comes first (move it up)
r:20:3: option "$schema": not supported yet
r:21:3: "": empty pattern
r:22:8: "": empty name`},
		"rows": {`version: 1
people: none
postgres:
  a: {$rows: preserv}
  b: {$rows: "id > 1; DROP TABLE b"}
  c: {$rows: {where: "id > 1"}}
  d: {$rows: {source: "id > (1", preserve: all}}
  e: {$rows: {preserve: none}}
  f: {$rows: {prefer: old}}
  g: {$rows: {source: all, close: true}, id: keep}
  h: {$rows: {source: none, close: true}}
  i: {$rows: }
  j: {$rows: {}}
  k: {$rows: true}
  l: {$rows: [none]}
  m: {$rows: {close: maybe, source: none}}
search:
  n: {$docs: preserve}
  o: {$docs: {source: none}}`, `
r:4:14: $rows: unknown value "preserv" (did you mean preserve?)
r:5:14: $rows: ";" ends a statement; a condition is one expression
r:6:15: $rows: unknown key "where" (known: source, close, preserve, prefer)
r:7:23: $rows: source: "(" is not closed
r:8:25: $rows: preserve: unknown value "none" (known: all, or an SQL condition such as "created_at > now() - interval '90 days'")
r:9:14: $rows: prefer without preserve (add preserve: all)
r:9:23: $rows: prefer: unknown value "old" (known: source, twin)
r:10:14: $rows: close without rows that are left out (add source: and a condition, or none)
r:11:3: "h" has no field
r:12:7: $rows: not one plain value
r:13:14: $rows: says nothing (say {source: none})
r:14:14: $rows: unknown value "true" (known: none, preserve, or an SQL condition such as "created_at > now() - interval '90 days'")
r:15:14: $rows: not one plain value
r:16:22: $rows: close: unknown value "maybe" (known: true, false)
r:18:14: $docs: unknown value "preserve" (known: none)
r:19:14: $docs: not one plain value`},
		"objects": {`version: 1
person: {postgres: {users: {id: id, email: email}, public.hr: {id: uid, email: e}}}
blob:
  "a/{user.id}.png": avatar
  "b/{users.uid}.png": avatar
  "b/{hr.uid}": avatar
  "c/{users.id": keep
  "c/users}": keep
  "c/{users}": keep
  "c/*{users.id}": keep
  "c/{users.id}*": keep
  "{users.id}/{users.id}": keep
  "d/**": keep
  "d/x/*": drop
  "e/*": keep
  "e/{users.id}": keep
  "e/x/y": keep
  "f": {$body: keep, text: html}
  "g": {$name: text}
  "h": {$bdy: keep, keep: }
  "i": {$objects: none, keep: }
  "j": null
  "k": {$metadata: {a: keep, "*": scan, b: keep}, keep: }
  "l": {$person: id, keep: }
  "m": [keep]`, `
r:4:3: unknown source of people "user" (did you mean users?)
r:5:3: "b/{users.uid}.png": a name names a person by id (write {users.id})
r:7:3: "c/{users.id": { without }; write {{ for a brace
r:8:3: "c/users}": } without {; write }} for a brace
r:9:3: "c/{users}": {users} is not a person source and its id, such as {users.id}
r:10:3: "c/*{users.id}": a wildcard cannot stand directly before {…}
r:11:3: "c/{users.id}*": a wildcard cannot follow {…} directly
r:12:3: "{users.id}/{users.id}": more than one {…}
r:14:3: "d/x/*" is never reached: "d/**" on line 13 comes first (move it up)
r:16:3: "e/{users.id}" is never reached: "e/*" on line 15 comes first (move it up)
r:18:22: a rule beside $body (leave one of them out)
r:19:3: "g" has options but no rule (add $body: and a verb)
r:20:9: unknown option "$bdy" (did you mean $body?)
r:21:9: option "$objects": not supported yet (say drop instead of a rule)
r:22:8: verb "null" cannot rule the body of an object (it rules a column, a path of a document, an element of a list)
r:23:41: "b" is never reached: "*" on line 23 comes first (move it up)
r:24:9: unknown option "$person" (known: $body, $name, $metadata)
r:25:8: a rule is one verb, not a list`},
		"capture without people": {"version: 1\npeople: none\nredis:\n  \"a:{users.id}\": keep\n", `r:4:3: unknown source of people "users" (declare it under person:)`},
		"keys": {`version: 1
person: {postgres: {users: {id: id, email: email}}}
redis:
  "user:{users.id}": keep
  "user:admin": keep
  "a": {$value: {json: {"a.": keep, "a..b": keep, "**.a": keep, "a*": keep, "a[0]": keep, "": keep, "a": keep, a.b: text}}}
  "b": {$key: drop, $value: keep}
  "c": {hash: {"**": scan, a: keep}}
  "d": {$person: {a: usrs}, json: {"**": scan}}
  "e": {$person: {a: users, b: users}, json: {"**": scan}}
  "f": {$keys: none, keep: }
  "g": {$person: "a[]", keep: }
  "h": {json: {'a\': keep}}`, `
r:5:3: "user:admin" is never reached: "user:{users.id}" on line 4 comes first (move it up)
r:6:25: "a.": path ends in a dot
r:6:37: "a..b": path has an empty key
r:6:51: "**.a": ** must come last in a path
r:6:65: "a*": * stands for a whole key and cannot be part of one
r:6:77: "a[0]": brackets in a path are [] for every element of an array
r:6:91: "": empty path
r:6:112: "a.b" is never reached: "a" on line 6 comes first (move it up)
r:7:15: verb "drop" cannot rule a name (it rules a path of a document, the body of an object, the value of a key, the groups of a stream)
r:8:28: "a" is never reached: "**" on line 8 comes first (move it up)
r:9:19: unknown source of people "usrs" (did you mean users?)
r:10:18: $person: one field names the person
r:11:9: option "$keys": not supported yet (say drop instead of a rule)
r:12:18: path "a[]": one place, not a wildcard or an array
r:13:16: "a\\": path ends in a backslash`},
		"else": {`version: 1
people: none
postgres:
  t:
    a: {json: {x: keep}, else: keep}
    b: {keep: , else: "null"}
    c: {json: {x: {shift: 3d, else: drop}}, else: {json: {y: keep}}}
    d: {scan: , else: drop}
    e: {scan: , else: }
    f: {scan: , else: {text: , else: "null"}}
    g: {else: "null"}
    h: {json: {x: keep}, els: "null"}
blob:
  "a/*": {json: {x: keep}, else: "null"}
  "b/*": {json: {x: keep}, else: strip}
redis:
  "a:*": {list: {scan: , else: drop}}
  "b:*": {$groups: "null", scan: }
  "c:*": {$groups: {scan: , else: set}, scan: }
  "d:*": {$key: {uuid: , else: drop}, scan: }`, `
r:5:32: else cannot be "keep": it is for values that cannot be read (say null, set, secret, text, scan or placeholder)
r:6:17: verb "keep" takes no else: there is no value that it cannot read
r:7:51: else cannot be "json": it is for values that cannot be read (say null, set, secret, text, scan or placeholder)
r:8:23: verb "drop" cannot rule a column (a column cannot be left out: say null)
r:9:17: no rule (a verb such as keep)
r:10:23: else cannot be "text": it is for values that cannot be read (say null, set, secret, text, scan or placeholder)
r:11:8: no verb (a verb such as keep)
r:12:26: unknown verb "els" (did you mean else?)
r:14:34: verb "null" cannot rule the body of an object (it rules a column, a path of a document, an element of a list)
r:15:34: else cannot be "strip": it is for values that cannot be read (say drop, text, scan or placeholder)
r:17:32: verb "drop" cannot rule an element of a list (it rules a path of a document, the body of an object, the value of a key, the groups of a stream)
r:18:20: verb "null" cannot rule the groups of a stream (it rules a column, a path of a document, an element of a list)
r:19:35: verb "set" cannot rule the groups of a stream (it rules a column, a path of a document, an element of a list, the value of a key)
r:20:32: verb "drop" cannot rule a name (it rules a path of a document, the body of an object, the value of a key, the groups of a stream)`},
		"indexes": {`version: 1
person: {postgres: {users: {id: id, email: email}}}
search:
  i*: drop
  index: {a: keep}
  j: {$docs: none, $rows: none}
  k: {_id: drop, "**": scan, _routing: keep, name: keep}
  l: scan
  m: {$person: user_id, name: keep}
  n: [a]
  o: {$person: user_id, _id: keep, "**": scan}
  p: {$person: _id, user: keep}`, `
r:5:3: "index" is never reached: "i*" on line 4 comes first (move it up)
r:6:20: unknown option "$rows" (known: $docs, $person)
r:7:12: verb "drop" cannot rule a name (it rules a path of a document, the body of an object, the value of a key, the groups of a stream)
r:7:46: "name" is never reached: "**" on line 7 comes first (move it up)
r:8:6: "l": rules of a table or index are one per field (say {"*": scan})
r:9:16: "m" has no field "user_id"
r:10:6: "n" has no rules (write {"*": keep} or {$docs: none})
r:12:16: "p" has no field "_id"`},
	}
}

func TestParseBad(t *testing.T) {
	for name, c := range badFiles() {
		t.Run(name, func(t *testing.T) {
			rules, err := Parse("r", []byte(c.file))
			if rules != nil {
				t.Error("rules beside an error")
			}
			if got, want := fmt.Sprint(err), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T holds no *Error", err)
			}
		})
	}
}

func TestErrorWithoutHint(t *testing.T) {
	e := &Error{File: "rules.yaml", Pos: Pos{12, 7}, What: `unknown verb "peson.email"`}
	if got, want := e.Error(), `rules.yaml:12:7: unknown verb "peson.email"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	e.Hint = "did you mean person.email?"
	if got, want := e.Error(), `rules.yaml:12:7: unknown verb "peson.email" (did you mean person.email?)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
