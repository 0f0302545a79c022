package ruleset

// ArgKind says what a verb takes.
type ArgKind uint8

const (
	// ArgNone: the verb stands alone, `keep`.
	ArgNone ArgKind = iota
	// ArgOptional: alone or with one scalar, `text` or `{text: html}`.
	ArgOptional
	// ArgScalar: always with one scalar, `{shift: 30d}`.
	ArgScalar
	// ArgFields: a mapping of paths to rules, `{json: {bio: text}}`.
	ArgFields
	// ArgRule: one rule, `{list: scan}`.
	ArgRule
)

// Verb is one line of the table that parser, JSON Schema, explanations and documentation are made from.
type Verb struct {
	Name    string  // as written in a rules file
	Args    ArgKind // what it takes
	Arg     string  // what its scalar argument looks like, for people: "a number of days such as 30d"; "" when it takes none
	Form    string  // regular expression (RE2, ECMA 262) that the whole scalar argument matches; "" when any text will do
	Default string  // Rule.Arg when none is written
	Alias   string  // the verb that Name is short for, with Name as its argument: html is {text: html}; "" for a verb of its own
	Context bool    // takes the option `context`
	Else    bool    // takes the option `else`: it can meet a value that it cannot read
	Instead bool    // may stand behind else: it does not read the value, or can read any text
	Kinds   Kinds   // where it may stand
	Doc     string  // what it does, one sentence
	Longest string  // how long its output can be, for people
}

// Verbs returns the table of all verbs, in the order of the documentation. The slice is the caller's.
func Verbs() []Verb {
	table := plainVerbs()
	table = append(table, textVerbs()...)
	table = append(table, personVerbs()...)
	table = append(table, formatVerbs()...)
	return append(table, containerVerbs()...)
}

func plainVerbs() []Verb {
	return []Verb{
		{Name: "keep", Kinds: inScalar | InBlob | inNames, Longest: "as long as the source",
			Doc: "Copies unchanged; only by an explicit line, and counted in the report."},
		{Name: "drop", Instead: true, Kinds: InDocument | InBlob | InValue | InGroup, Longest: "nothing",
			Doc: "Leaves the path, key, object or index out."},
		{Name: "null", Instead: true, Kinds: InColumn | InDocument | InElement, Longest: "NULL",
			Doc: "Writes NULL, or null in a document."},
		{Name: "set", Instead: true, Args: ArgScalar, Arg: "a constant, or $NAME for an environment variable", Kinds: inScalar, Longest: "the constant",
			Doc: "Writes a constant instead of every value that is not NULL."},
		{Name: "secret", Instead: true, Kinds: inScalar, Longest: "that of the neutral value, or NULL",
			Doc: "Neutralises a credential or a webhook: a value that opens and calls nothing."},
	}
}

func textVerbs() []Verb {
	const grows = "the source plus the growth of each replaced mention"
	return []Verb{
		{Name: "text", Else: true, Instead: true, Args: ArgOptional, Arg: "plain or html", Form: "plain|html", Default: "plain", Context: true,
			Kinds: inScalar | InBlob | inNames, Longest: grows,
			Doc: "Free text: replaces every known person, e-mail, phone number and place, and leaves the rest; a body by its format."},
		{Name: "html", Else: true, Instead: true, Alias: "text", Context: true, Kinds: inScalar | InBlob | inNames, Longest: grows,
			Doc: "Free text with markup, short for {text: html}."},
		{Name: "scan", Else: true, Instead: true, Context: true, Kinds: inScalar | InBlob | inNames, Longest: grows,
			Doc: "Unknown content: treats every string in it as text, at any depth; reads what json reads."},
		{Name: "email", Else: true, Kinds: inScalar | inNames, Longest: "254 bytes, fitted to the column",
			Doc: "An e-mail address that is not tied to the person of the row; a known person keeps one pseudonym."},
		{Name: "phone", Else: true, Kinds: inScalar | inNames, Longest: "20 bytes",
			Doc: "A phone number that is not tied to the person of the row; a known person keeps one pseudonym."},
		{Name: "name", Else: true, Kinds: inScalar | inNames, Longest: "that of person.name",
			Doc: "A person's name that is not tied to the person of the row; a known person keeps one pseudonym."},
	}
}

func personVerbs() []Verb {
	const where = inScalar | InName
	return []Verb{
		{Name: "person.name", Context: true, Kinds: where, Longest: "class of the source's length, fitted to the column",
			Doc: "Full name of the pseudonym of the row's person."},
		{Name: "person.first", Context: true, Kinds: where, Longest: "class of the source's length, fitted to the column",
			Doc: "Given name of the pseudonym of the row's person."},
		{Name: "person.last", Context: true, Kinds: where, Longest: "class of the source's length, fitted to the column",
			Doc: "Surname of the pseudonym of the row's person."},
		{Name: "person.email", Else: true, Context: true, Kinds: where, Longest: "254 bytes, fitted to the column",
			Doc: "E-mail address of the pseudonym of the row's person, unique in the tenant."},
		{Name: "person.phone", Else: true, Context: true, Kinds: where, Longest: "20 bytes",
			Doc: "Phone number of the pseudonym of the row's person."},
		{Name: "person.initials", Context: true, Kinds: where, Longest: "4 characters",
			Doc: "Initials of the pseudonym of the row's person."},
		{Name: "avatar", Context: true, Kinds: InColumn | InValue | InBlob, Longest: "not bounded: a picture of the same pixel size",
			Doc: "A generated picture with the pseudonym's initials, in the format and pixel size of the source."},
	}
}

func formatVerbs() []Verb {
	return []Verb{
		{Name: "company", Kinds: inScalar, Longest: "about as long as the source, cut where the column is shorter", Doc: "An invented company, with the legal form and as many words as the source's."},
		{Name: "job", Kinds: inScalar, Longest: "about as long as the source, cut where the column is shorter", Doc: "An invented job of the source's language, with its rank and brackets."},
		{Name: "address", Kinds: inScalar, Longest: "about as long as the source, cut where the column is shorter", Doc: "An invented postal address, or part of one, in the form of the source's country; equal ones stay equal."},
		{Name: "iban", Else: true, Kinds: inScalar, Longest: "as long as the source",
			Doc: "Replaces the account digits of an IBAN one to one and recomputes its check digits."},
		{Name: "digits", Else: true, Args: ArgOptional, Arg: "same or luhn", Form: "same|luhn", Default: "same", Kinds: inScalar | inNames, Longest: "as long as the source",
			Doc: "Replaces the digits one to one, in the same format; with luhn a number with a valid check digit becomes another one."},
		{Name: "uuid", Else: true, Kinds: inScalar | inNames, Longest: "as long as the source",
			Doc: "Replaces a UUID one to one by another UUID."},
		{Name: "ip", Else: true, Kinds: inScalar | InName, Longest: "45 characters",
			Doc: "Replaces IP addresses by others of the same kind of network, in ranges that no real host has; who shares a subnet still does."},
		{Name: "shift", Else: true, Args: ArgScalar, Arg: "a number of days such as 30d, or 30d tenant", Form: `[1-9][0-9]{0,4}d( tenant)?`, Context: true, Kinds: inScalar,
			Longest: "as long as the source",
			Doc:     "Moves a date by up to that many days, by one amount for everything of one person; with tenant by one amount for all of the tenant, in whole weeks from 7d on, so that the order of events stays."},
		{Name: "noise", Else: true, Args: ArgScalar, Arg: "a percentage such as 10%", Form: `([1-9][0-9]?(\.[0-9]{1,3})?|0\.[0-9]{0,2}[1-9])%`, Kinds: inScalar,
			Longest: "one digit more than the source", Doc: "Changes a number by up to that percentage."},
		{Name: "bucket", Else: true, Args: ArgScalar, Arg: "the width of a class such as 5", Form: `[1-9][0-9]{0,8}(\.[0-9]{1,6})?|0\.[0-9]{0,5}[1-9]`, Kinds: inScalar,
			Longest: "as long as the source", Doc: "Rounds a number down to the class it is in."},
		{Name: "shuffle", Kinds: InColumn, Longest: "the longest value of the column",
			Doc: "Gives the values of a column to other rows of its table, by key: sums and distributions stay, who has which does not; for numbers, classes and dates, not for what names a person."},
		{Name: "derive", Args: ArgScalar, Arg: "an SQL expression", Kinds: InColumn, Longest: "that of the expression",
			Doc: "Does not read the column but computes it, by an SQL expression over the pseudonymised columns of its row."},
	}
}

func containerVerbs() []Verb {
	const inside = "that of the rules inside"
	return []Verb{
		{Name: "placeholder", Instead: true, Kinds: InColumn | InBlob, Longest: "not bounded: a small document of the same type",
			Doc: "A stand-in document of the same type that says its content was removed."},
		{Name: "strip", Else: true, Kinds: InBlob, Longest: "as long as the source, packed anew",
			Doc: "Keeps the content of a picture or Office file and removes its metadata; what may hide some becomes a stand-in."},
		{Name: "json", Else: true, Args: ArgFields, Kinds: inScalar | InBlob, Longest: inside,
			Doc: `Rules by path inside a value: JSON, MessagePack, PHP serialize() or session, also within gzip or zlib; a "**" path covers the rest.`},
		{Name: "list", Else: true, Args: ArgRule, Kinds: inScalar, Longest: inside,
			Doc: "One rule for every element of a list, set, sorted set or array."},
		{Name: "hash", Args: ArgFields, Kinds: InValue, Longest: inside,
			Doc: `Rules by field of a Redis hash or of stream entries; a "**" field covers the rest.`},
	}
}
