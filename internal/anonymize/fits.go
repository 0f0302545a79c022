package anonymize

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"
	"github.com/tenantcopy/tenantcopy/internal/anonymize/text"
)

// allowed lists the verbs that can be said of a form beside keep and null;
// every = true means all but bodies' own.
func allowed(form Form) (list []string, every bool) {
	switch form {
	case FormText:
		return nil, true
	case FormBytes:
		return []string{"avatar", "placeholder"}, true
	case FormJSON, FormJSONB:
		return []string{"set", "json", "list", "text", "scan", "secret"}, false
	case FormInt:
		return []string{"set", "digits", "noise", "bucket", "phone", "person.phone"}, false
	case FormNumeric:
		return []string{"set", "digits", "noise", "bucket", "phone", "person.phone"}, false
	case FormFloat:
		return []string{"set", "noise", "bucket"}, false
	case FormBool, FormEnum:
		return []string{"set"}, false
	case FormUUID:
		return []string{"set", "uuid"}, false
	case FormInet:
		return []string{"set", "ip"}, false
	case FormDate, FormTimestamp, FormRange, FormMultirange:
		return []string{"set", "shift"}, false
	case FormTime, FormTimeTZ, FormInterval:
		return []string{"set"}, false
	case FormArray:
		return []string{"list", "text", "scan"}, false
	case FormRecord, FormHstore:
		return []string{"json", "text", "scan"}, false
	case FormTextArray:
		return []string{"set", "list", "text", "scan", "secret"}, false
	}
	return nil, false
}

// fits reports why a verb cannot stand on a column.
func (c *compiler) fits(r *ruleset.Rule, f Field) error {
	switch r.Verb {
	case "keep":
		return c.keepable(f)
	case "derive":
		if f.Routing {
			return errors.New("derive on a column that decides in which partition a row lies: say keep")
		}
		return nil
	case "null":
		if f.NotNull {
			return fmt.Errorf("null on a column that is NOT NULL (%s): say set, text or keep", f.Type)
		}
		return nil
	case "shuffle":
		if !shuffled(f.Form) {
			return fmt.Errorf("shuffle is for numbers, classes and dates, and type %s is none of them: choose another verb", f.Type)
		}
		return nil
	case "drop":
		return errors.New("a column cannot be left out: say null or set")
	}
	list, every := allowed(f.Form)
	if f.Form.spelled() && !dated(f) { // a range over numbers
		list = []string{"set"}
	}
	if !every && len(list) == 0 {
		return fmt.Errorf("type %s can be kept or null, but not rewritten", f.Type)
	}
	body := r.Verb == "avatar" || r.Verb == "placeholder"
	if (!every || body) && !slices.Contains(list, r.Verb) {
		if every {
			return fmt.Errorf("%s makes bytes, and the column holds text (%s)", r.Verb, f.Type)
		}
		return fmt.Errorf("%s cannot rewrite type %s: say %s, null or keep", r.Verb, f.Type, strings.Join(list, ", "))
	}
	if f.Form == FormInt && strings.HasSuffix(r.Verb, "phone") && !slices.Contains([]string{"bigint", "int8", ""}, f.Type) {
		return fmt.Errorf("%s needs more digits than type %s holds: say digits", r.Verb, f.Type)
	}
	if r.Verb == "digits" && r.Arg == "luhn" && f.Form != FormText {
		return fmt.Errorf("digits: luhn is for text, and type %s holds numbers: say digits", f.Type)
	}
	if r.Verb == "set" {
		if f.Form == FormEnum && !slices.Contains(f.Labels, c.constant(r)) {
			return fmt.Errorf("set writes a constant that type %s does not list", f.Type)
		}
		if err := constantFits(f, c.constant(r)); err != nil {
			return fmt.Errorf("set writes a constant that is no %s", f.Type)
		}
	}
	return nil
}

// keepable refuses to keep a value whose type hides the words of a text:
// they would be those of the real one, and no proof could find them.
func (c *compiler) keepable(f Field) error {
	if !f.Words || c.in.Rules.NoPeople {
		return nil
	}
	expr := f.Suggest
	if expr == "" {
		expr = "to_tsvector('simple', …)"
	}
	return fmt.Errorf("keep on type %s, which holds the words of the real text: say null or {derive: %q}", f.Type, expr)
}

// constantFits reports whether a constant can be written in a form.
func constantFits(f Field, constant string) error {
	var err error
	switch f.Form {
	case FormInt:
		_, err = strconv.ParseInt(constant, 10, 64)
	case FormNumeric:
		_, err = encodeNumeric(nil, []byte(constant))
	case FormFloat, FormBool, FormDate, FormTimestamp:
		_, err = encodeScalar(nil, f.Form, []byte(constant), 8)
	case FormTime, FormTimeTZ, FormInterval, FormRange, FormMultirange:
		_, err = encodeConstant(nil, f, constant)
	case FormUUID:
		_, err = parseUUID(nil, []byte(constant))
	case FormInet:
		_, err = encodeInet(nil, []byte(constant))
	}
	return err
}

// forJSON gives a rule on a column of JSON the shape that its values have: a
// constant is JSON, a credential a string, and text is every string in it.
func (c *compiler) forJSON(out *rule, r *ruleset.Rule) {
	switch r.Verb {
	case "text", "scan":
		out.json = scanEverything()
		out.json.at = out.at
	case "set":
		constant := strings.TrimSpace(c.constant(r))
		if (strings.HasPrefix(constant, "{") || strings.HasPrefix(constant, "[")) && json.Valid([]byte(constant)) {
			out.raw = []byte(constant)
		}
		out.apply = always(string(out.raw))
	case "secret":
		out.apply = func(a *Anonymizer, dst, v []byte, who int32) ([]byte, outcome, error) {
			plain, did, err := applySecret(a, a.small[:0], v, who)
			a.small = plain
			return text.AppendString(dst, plain), did, err
		}
	}
}

// emptied writes the empty value of a column that no rule covers, for
// unclassified: drop: NULL, or what comes nearest where NULL is not accepted.
func (c *compiler) emptied(f Field) *rule {
	if !f.NotNull || f.Form != FormOpaque && f.Form != FormEnum && f.Form != FormRecord && !f.Unique {
		return emptyValue(f)
	}
	out := &rule{verb: "null", at: place{f.Store, f.Group, f.Name}, form: f.Form, constant: true}
	if c.in.Rules.Unclassified == ruleset.Drop {
		c.fail(out.at, fmt.Sprintf("has no rule and cannot be emptied (%s, NOT NULL%s): give it one", f.Type, map[bool]string{true: ", unique"}[f.Unique]))
	}
	return out
}

// emptyValue is the rule that writes NULL, or what comes nearest where NULL is
// not accepted.
func emptyValue(f Field) *rule {
	out := &rule{verb: "null", at: place{f.Store, f.Group, f.Name}, form: f.Form, constant: true}
	switch {
	case !f.NotNull:
	case f.Form.spelled():
		out.wire = emptyWire(f.Form)
	default:
		out.apply = always(map[Form]string{FormJSON: "{}", FormJSONB: "{}", FormInt: "0", FormFloat: "0", FormNumeric: "0", FormBool: "false",
			FormDate: "2000-01-01", FormTimestamp: "2000-01-01T00:00:00Z", FormUUID: "00000000-0000-0000-0000-000000000000", FormInet: "0.0.0.0"}[f.Form])
	}
	return out
}

// lengths bounds what verbs write, in characters.
func (c *compiler) lengths(r *ruleset.Rule) int {
	names := c.in.Names
	given, family, full := c.in.People.LongestName()
	longestGiven, longestFamily := names.Longest() // nobody in the index: of the table of any script
	given, family = max(given, longestGiven), max(family, longestFamily)
	full = max(full, longestGiven+1+longestFamily) + 1 // the comma of "Last, First"
	switch r.Verb {
	case "person.first":
		return given
	case "person.last":
		return family
	case "person.name", "name":
		return full
	case "person.email", "email":
		return max(c.in.People.LongestEmail()+longestTag, longestUnknownEmail(c.in.Rules.EmailDomain))
	case "set":
		return len([]rune(c.constant(r)))
	case "secret":
		return len(removedPrefix) + 12
	case "ip": // of IPv4; a column that has room for no more holds hardly any other
		return len("255.255.255.255")
	}
	return 0
}

// checkLength refuses a verb whose longest output does not fit its column.
func (c *compiler) checkLength(r *ruleset.Rule, f Field) {
	if f.MaxLen == 0 {
		return
	}
	if r.Verb == "list" {
		r = r.Elem
	}
	if c.lengthClass(r, f) > 0 {
		return
	}
	if n := c.lengths(r); n > f.MaxLen {
		c.fail(place{f.Store, f.Group, f.Name}, fmt.Sprintf("%s writes up to %d characters, and the column holds %d", r.Verb, n, f.MaxLen))
	}
}
