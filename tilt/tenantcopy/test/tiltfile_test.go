// Package test runs the Tilt extension in the interpreter that Tilt uses, with
// Tilt's own functions recorded.
package test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// tilt is the part of Tilt that a Tiltfile sees.
type tilt struct {
	context string
	uids    map[string]string // context → what kubectl prints
	env     map[string]string
	calls   []string // local_resource(…), cmd_button(…), kubectl
}

// run executes a Tiltfile that has loaded the extension.
func (f *tilt) run(t *testing.T, tiltfile string) error {
	t.Helper()
	options := &syntax.FileOptions{TopLevelControl: true, GlobalReassign: true}
	thread := &starlark.Thread{Name: "Tiltfile"}
	thread.Load = func(_ *starlark.Thread, module string) (starlark.StringDict, error) {
		switch module {
		case "ext://uibutton":
			return starlark.StringDict{"cmd_button": f.recorded("cmd_button")}, nil
		case "ext://tenantcopy":
			return starlark.ExecFileOptions(options, thread, "../Tiltfile", nil, f.builtins())
		}
		return nil, errors.New("no extension " + module)
	}
	_, err := starlark.ExecFileOptions(options, thread, "Tiltfile", "load('ext://tenantcopy', 'tenant_guard', 'tenantcopy_resource')\n"+tiltfile, f.builtins())
	return err
}

func (f *tilt) builtins() starlark.StringDict {
	getenv := starlark.NewBuiltin("getenv", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var name, other string
		err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &name, "default?", &other)
		if value, ok := f.env[name]; ok {
			other = value
		}
		return starlark.String(other), err
	})
	return starlark.StringDict{
		"local":               starlark.NewBuiltin("local", f.local),
		"local_resource":      f.recorded("local_resource"),
		"os":                  starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{"getenv": getenv}),
		"TRIGGER_MODE_MANUAL": starlark.String("manual"),
		"k8s_context": starlark.NewBuiltin("k8s_context", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(f.context), nil
		}),
		"fail": starlark.NewBuiltin("fail", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return nil, errors.New(string(args[0].(starlark.String)))
		}),
	}
}

// local answers as kubectl would, for the context that it is given.
func (f *tilt) local(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var command *starlark.List
	var quiet, echoOff bool
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "command", &command, "quiet?", &quiet, "echo_off?", &echoOff); err != nil {
		return nil, err
	}
	var argv []string
	for value := range command.Elements() {
		argv = append(argv, string(value.(starlark.String)))
	}
	f.calls = append(f.calls, strings.Join(argv, " "))
	at := slices.Index(argv, "--context")
	if argv[0] != "kubectl" || at < 0 {
		return nil, errors.New("command not found: " + argv[0])
	}
	uid, ok := f.uids[argv[at+1]]
	if !ok {
		return nil, errors.New("kubectl: no such context")
	}
	return starlark.String(uid + "\n"), nil
}

// recorded is a function of Tilt's that only remembers how it was called.
func (f *tilt) recorded(name string) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		parts := []string{args[0].String()}
		for _, kwarg := range kwargs {
			parts = append(parts, string(kwarg[0].(starlark.String))+"="+kwarg[1].String())
		}
		f.calls = append(f.calls, name+"("+strings.Join(parts, ", ")+")")
		return starlark.None, nil
	})
}

// TestO34_GuardRefuses: a foreign tenant, another or a protected
// cluster, a cluster that nobody named. The names of contexts play no part:
// production behind docker-desktop is refused too.
func TestO34_GuardRefuses(t *testing.T) {
	uids := map[string]string{"aks-staging": "uid-staging", "my staging": "uid-staging", "docker-desktop": "uid-prod", "mute": ""}
	started := map[string]string{"TENANTCOPY_CLUSTER_UID": "uid-staging", "TENANTCOPY_TENANT": "acme"}
	for name, c := range map[string]struct {
		context, call string
		env           map[string]string
		says          string // "" passes
	}{
		"as it was started":               {"aks-staging", "tenant_guard('acme')", started, ""},
		"the context is called otherwise": {"my staging", "tenant_guard('acme')", started, ""},
		"by hand, cluster named":          {"aks-staging", "tenant_guard('acme', cluster = 'uid-staging')", nil, ""},
		"by hand, nothing named":          {"aks-staging", "tenant_guard('acme')", nil, "nothing says which cluster is meant"},
		"tilt args to another tenant":     {"aks-staging", "tenant_guard('globex')", started, "started on acme, and its arguments now say globex"},
		"no tenant":                       {"aks-staging", "tenant_guard('')", started, "no tenant is named"},
		"None as tenant":                  {"aks-staging", "tenant_guard(None)", started, "no tenant is named"},
		"production behind a known name":  {"docker-desktop", "tenant_guard('acme')", started, "another cluster"},
		"protected":                       {"docker-desktop", "tenant_guard('acme', cluster = 'uid-prod', protected = ['uid-prod'])", nil, "protected cluster"},
		"checked and named differ":        {"docker-desktop", "tenant_guard('acme', cluster = 'uid-prod')", started, "another cluster"},
		"a cluster that says nothing":     {"mute", "tenant_guard('acme')", started, "does not say who it is"},
		"a cluster out of reach":          {"gone", "tenant_guard('acme')", started, "no such context"},
	} {
		f := &tilt{context: c.context, uids: uids, env: c.env}
		err := f.run(t, c.call)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v instead of %q", name, err, c.says)
		}
		if !strings.Contains(c.says, "no tenant") && !slices.Contains(f.calls, "kubectl --context "+c.context+" get namespace kube-system --output jsonpath={.metadata.uid}") {
			t.Errorf("%s: kubectl was asked with %q", name, f.calls)
		}
	}
}

// TestO35_LoadingAgainCopiesNothing: what the Tiltfile declares runs
// only when somebody asks for it, and the button asks first.
func TestO35_LoadingAgainCopiesNothing(t *testing.T) {
	f := &tilt{context: "aks-staging"}
	for range 2 {
		if err := f.run(t, "tenantcopy_resource('prod/acme', 'staging/acme', args = ['--only', 'postgres'], resource_deps = ['db'])"); err != nil {
			t.Fatal(err)
		}
	}
	const command = `["tenantcopy", "prod/acme", "staging/acme", "--progress", "plain", "--only", "postgres"]`
	want := []string{
		`local_resource("tenantcopy", cmd=` + command + `, auto_init=False, trigger_mode="manual", allow_parallel=True, labels=["tenantcopy"], resource_deps=["db"])`,
		`cmd_button("tenantcopy:refresh", argv=` + command + `, resource="tenantcopy", text="Refresh staging/acme from prod", icon_name="cloud_download", requires_confirmation=True)`,
	}
	if !slices.Equal(f.calls, append(want, want...)) {
		t.Errorf("Tilt was told\n%s", strings.Join(f.calls, "\n"))
	}
}
