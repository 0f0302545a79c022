package serve

import (
	"slices"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// Options are what a caller may ask of a copy beside its two tenants. There
// are no others: a Job's arguments are made from these fields alone.
type Options struct {
	Confirm      string   `json:"confirm,omitempty"`      // the destination's name, over data that is there for the first time
	Only         []string `json:"only,omitempty"`         // kinds of store
	Skip         []string `json:"skip,omitempty"`         // kinds of store
	Unclassified string   `json:"unclassified,omitempty"` // drop, or refuse
	TakeOver     bool     `json:"take_over,omitempty"`    // also when somebody else works on the twin
	KeepDown     bool     `json:"keep_down,omitempty"`    // the twin's workloads stay stopped
}

// option is one of them: the flag that it has on a command line, without
// hyphens, and its value there.
type option struct {
	flag  string
	value func(o Options) (text string, asked bool) // no text: a flag without a value
	valid func(text string, dst tenant.Ref) bool
	takes string // for messages
}

// options is the one list of them: requests, policies and Jobs' arguments are
// read from it.
func options() []option {
	kinds := func(text string, _ tenant.Ref) bool {
		return !slices.ContainsFunc(strings.Split(text, ","), func(kind string) bool { return !slices.Contains(tenant.Kinds(), tenant.Kind(kind)) })
	}
	always := func(string, tenant.Ref) bool { return true }
	text := func(of func(Options) string) func(Options) (string, bool) {
		return func(o Options) (string, bool) { return of(o), of(o) != "" }
	}
	return []option{
		{"confirm", text(func(o Options) string { return o.Confirm }), func(text string, dst tenant.Ref) bool { return text == dst.String() }, "the destination's name"},
		{"only", text(func(o Options) string { return strings.Join(o.Only, ",") }), kinds, "kinds of store"},
		{"skip", text(func(o Options) string { return strings.Join(o.Skip, ",") }), kinds, "kinds of store"},
		{"unclassified", text(func(o Options) string { return o.Unclassified }), func(text string, _ tenant.Ref) bool { return text == "drop" || text == "refuse" }, "drop or refuse"},
		{"take-over", func(o Options) (string, bool) { return "", o.TakeOver }, always, ""},
		{"keep-down", func(o Options) (string, bool) { return "", o.KeepDown }, always, ""},
	}
}

// OptionNames are the flags of a copy that a service takes, without hyphens.
func OptionNames() (names []string) {
	for _, o := range options() {
		names = append(names, o.flag)
	}
	return names
}

// asked are the names of those that are asked for.
func (o Options) asked() (names []string) {
	for _, one := range options() {
		if _, asked := one.value(o); asked {
			names = append(names, one.flag)
		}
	}
	return names
}

// Arguments are the options as flags of the copy.
func (o Options) Arguments() (arguments []string) {
	for _, one := range options() {
		text, asked := one.value(o)
		if !asked {
			continue
		}
		if arguments = append(arguments, "--"+one.flag); text != "" {
			arguments = append(arguments, text)
		}
	}
	return arguments
}

// check refuses values that an option does not take: none of them reaches a
// Job.
func (o Options) check(dst tenant.Ref) error {
	for _, one := range options() {
		if text, asked := one.value(o); asked && !one.valid(text, dst) {
			return usage("read the request", one.flag+" takes "+one.takes)
		}
	}
	return nil
}
