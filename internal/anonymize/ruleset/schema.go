package ruleset

import (
	"encoding/json"
	"regexp"
)

// object is a JSON object of the schema. Its keys are written sorted, so the text is the same every time.
type object = map[string]any

// Schema returns the JSON Schema (draft 7) of a rules file, made from the table of verbs, for editors. It accepts every file that Parse
// accepts, unless a column is called by a number; what needs more than one place of the file, such as a line that is never reached, only Parse sees. It ends in a newline.
func Schema() []byte {
	text, err := json.MarshalIndent(object{
		"$schema":              "http://json-schema.org/draft-07/schema#",
		"title":                "Rules file of tenantcopy",
		"type":                 "object",
		"required":             []string{"version"},
		"anyOf":                []any{object{"required": []string{"person"}}, object{"required": []string{"people"}}},
		"properties":           schemaSettings(),
		"patternProperties":    schemaStores(),
		"additionalProperties": false,
		"definitions":          schemaDefinitions(),
	}, "", " ")
	if err != nil {
		panic("encode schema: " + err.Error()) // maps, slices and strings always encode
	}
	return append(text, '\n')
}

func schemaSettings() object {
	text := object{"type": "string"}
	columns := object{}
	for _, k := range sourceKeys() {
		columns[k] = text
	}
	source := object{"type": "object", "properties": columns, "required": []string{"id"}, "additionalProperties": false}
	return object{
		"version":      object{"const": 1},
		"names":        described(object{"enum": nameTables()}, "Version of the name tables; raising it changes pseudonyms."),
		"shape":        described(object{"enum": []Shape{KeptShape, PlainShape}}, "What of a real name's form its pseudonym keeps where at least five people share it: words, hyphens, particles, apostrophes, accents, length; plain: nothing."),
		"unclassified": described(object{"enum": []Mode{Refuse, Drop}}, "What happens to a field without a rule."),
		"email_domain": described(text, "Parent of every generated e-mail domain; reserved, or listed in keep_domains."),
		"keep_domains": described(object{"type": "array", "items": text}, "E-mail domains left as they are."),
		"people":       described(object{"const": "none"}, "The tenant has no people; otherwise person: names where they are."),
		"person": described(object{
			"type":                 "object",
			"minProperties":        1,
			"patternProperties":    object{"^(postgres|search|redis)(/[a-z0-9_-]+)?$": mapOf(source)},
			"additionalProperties": false,
		}, "Where people are: store, group, columns."),
	}
}

func schemaStores() object {
	stores := object{}
	for _, kind := range storeKinds() {
		store := mapOf(ref("group-" + kind))
		if kind == "postgres" {
			store["properties"] = object{"$comments": object{"enum": []string{"keep", "drop"}, "description": "Whether comments on tables, columns and so on are carried; they are scanned for people then."}, "$orphans": schemaOrphans()}
		}
		stores["^"+kind+"(/[a-z0-9_-]+)?$"] = store
	}
	return stores
}

func schemaOrphans() object {
	return described(object{"enum": []string{OrphansReport, OrphansRefuse}}, "What becomes of a foreign key that rows of the source break already.")
}

// schemaPlaces names the definition of each place a rule may stand in.
func schemaPlaces() map[string]Kinds {
	return map[string]Kinds{
		"column": InColumn, "document": InDocument, "element": InElement, "blob": InBlob, "value": InValue, "name": InName, "group": InGroup,
	}
}

func schemaDefinitions() object {
	d := object{
		"link":           object{"anyOf": []any{object{"type": "string"}, object{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": object{"type": "string"}}}},
		"fields":         mapOf(ref("rule-document")),
		"group-postgres": schemaTable("column", object{"$rows": schemaRows(), "$person": ref("link"), "$orphans": schemaOrphans()}),
		"group-search": object{"anyOf": []any{object{"const": "drop"}, schemaTable("document", object{
			"$docs": object{"enum": []string{"none"}}, "$person": ref("link"), "_id": ref("rule-name"), "_routing": ref("rule-name")})}},
		"group-blob":  schemaWhole(InBlob, object{"$body": ref("rule-blob"), "$name": ref("rule-name"), "$metadata": ref("fields")}),
		"group-redis": schemaWhole(InValue, object{"$value": ref("rule-value"), "$key": ref("rule-name"), "$groups": ref("rule-group"), "$person": ref("link")}),
	}
	var instead []any
	for _, v := range Verbs() {
		if v.Instead {
			instead = append(instead, ref("verb-"+v.Name))
		}
	}
	d["else"] = described(object{"anyOf": instead}, "What becomes of a value that the verb cannot read; without it such values end the run.")
	for place, kind := range schemaPlaces() {
		var verbs []any
		for _, v := range Verbs() {
			if v.Kinds.Has(kind) {
				verbs = append(verbs, ref("verb-"+v.Name))
			}
		}
		d["rule-"+place] = object{"anyOf": verbs}
	}
	for _, v := range Verbs() {
		d["verb-"+v.Name] = described(object{"anyOf": v.schema()}, v.Doc)
	}
	return d
}

// schemaTable is a group with a rule per field.
func schemaTable(place string, options object) object {
	return object{
		"type": "object", "minProperties": 1, "properties": options,
		"patternProperties": object{"^[^$]": ref("rule-" + place)}, "additionalProperties": false,
	}
}

// schemaWhole is a group with one rule, alone or among options.
func schemaWhole(place Kinds, options object) object {
	alone := options["$body"]
	if place == InValue {
		alone = options["$value"]
	}
	beside := object{"context": object{"type": "string"}, "else": ref("else")}
	for k, v := range options {
		beside[k] = v
	}
	for _, v := range Verbs() {
		if v.Kinds.Has(place) {
			beside[v.Name] = v.argSchema()
		}
	}
	return object{"anyOf": []any{alone, object{"type": "object", "minProperties": 1, "properties": beside, "additionalProperties": false}}}
}

// schema is the ways to write a verb: alone, with its argument.
func (v Verb) schema() []any {
	var ways []any
	if v.Args == ArgNone || v.Args == ArgOptional {
		ways = append(ways, object{"const": v.Name})
	}
	if v.Name == "null" {
		ways = append(ways, object{"type": "null"})
	}
	with := object{v.Name: v.argSchema()}
	if v.Context {
		with["context"] = object{"type": "string"}
	}
	if v.Else {
		with["else"] = ref("else")
	}
	return append(ways, object{"type": "object", "properties": with, "required": []string{v.Name}, "additionalProperties": false})
}

// argSchema is what may stand behind a verb.
func (v Verb) argSchema() object {
	switch v.Args {
	case ArgFields:
		return ref("fields")
	case ArgRule:
		return ref("rule-element")
	case ArgNone:
		return object{"type": "null"}
	}
	types := []string{"string"}
	arg := object{"description": v.Arg}
	if v.Form == "" {
		types = append(types, "number", "boolean")
	} else {
		arg["pattern"] = "^(?:" + v.Form + ")$"
		if regexp.MustCompile(arg["pattern"].(string)).MatchString("5") {
			types = append(types, "number")
		}
	}
	if v.Args == ArgOptional {
		types = append(types, "null")
	}
	arg["type"] = types
	return arg
}

func ref(name string) object { return object{"$ref": "#/definitions/" + name} }

func mapOf(value object) object {
	return object{"type": "object", "minProperties": 1, "additionalProperties": value}
}

func described(o object, text string) object {
	o["description"] = text
	return o
}
