package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tenantcopy/tenantcopy/internal/report"
)

// The scripts under e2e are the specification of the command line. Each has
// a tenant of its own on the real servers, which `seed` fills.

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"tenantcopy": main}) }

func TestScripts(t *testing.T) {
	seeder := filepath.Join(t.TempDir(), "seed")
	if out, err := exec.Command("go", "build", "-o", seeder, "../../examples/acme/seed").CombinedOutput(); err != nil {
		t.Fatalf("build the seeder: %v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir: "../../e2e", RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error { return setup(env, seeder) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"seed": cmdSeed, "exits": cmdExits, "edit": cmdEdit, "upto": cmdUpto, "resume": cmdResume, "same": cmdSame, "fetch": cmdFetch, "twin": cmdTwin, "wipe": cmdWipe,
		},
	})
}

// server returns a variable that scripts/services env prints.
func server(name string) (string, error) {
	if v := os.Getenv("TENANTCOPY_TEST_" + name); v != "" {
		return v, nil
	}
	return "", fmt.Errorf("TENANTCOPY_TEST_%s is not set: run scripts/services up, then eval \"$(scripts/services env)\"", name)
}

// setup gives a script its tenant and the addresses of the servers.
func setup(env *testscript.Env, seeder string) error {
	name := "e2e" + strings.ToLower(rand.Text()[:8])
	env.Setenv("TENANT", name)
	env.Setenv("OTHER", name+"b")
	env.Setenv("SEEDER", seeder)
	env.Setenv("TENANTCOPY_KEY", "00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f")
	env.Setenv("TENANTCOPY_CONFIG", filepath.Join(env.WorkDir, "tenantcopy.yaml"))
	env.Setenv("HOME", env.WorkDir)
	port, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("DIES_PORT", port)
	for _, entry := range os.Environ() {
		if k, v, _ := strings.Cut(entry, "="); strings.HasPrefix(k, "TENANTCOPY_TEST_") {
			env.Setenv(k, v)
		}
	}
	for _, side := range []string{"PROD", "STAGING"} {
		address, err := server("PG_" + side)
		if err != nil {
			return err
		}
		password, err := server("PG_PASSWORD_" + side)
		if err != nil {
			return err
		}
		u, err := url.Parse(address)
		if err != nil {
			return errors.New("address of PostgreSQL is not a URL")
		}
		u.User, u.Path = url.UserPassword(u.User.Username(), password), ""
		env.Setenv("PG_"+side, u.String())
		for _, kind := range []string{"REDIS_" + side, "ES_" + side} {
			v, err := server(kind)
			if err != nil {
				return err
			}
			env.Setenv(kind, v)
		}
		env.Setenv("REDIS_PW_"+side, os.Getenv("TENANTCOPY_TEST_REDIS_PASSWORD_"+side))
		for _, tenant := range []string{name, name + "b"} {
			env.Defer(func() { remove(env, side, tenant) })
		}
	}
	rules, err := os.ReadFile("../../examples/acme/rules.yaml")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "rules.yaml"), rules, 0o644)
}

// freePort returns a port that nobody listens on, for a server that a script
// starts and kills.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// remove drops what a script's tenant left on one side. Containers stay: they
// are small, and their server forgets them.
func remove(env interface{ Getenv(string) string }, side, tenant string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if conn, err := pgx.Connect(ctx, env.Getenv("PG_"+side)+"/postgres"); err == nil {
		for _, ending := range []string{"", "__new", "__old"} {
			_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{tenant + ending}.Sanitize()+" WITH (FORCE)")
		}
		_ = conn.Close(ctx)
	}
	if o, err := redis.ParseURL(env.Getenv("REDIS_" + side)); err == nil {
		o.Password = env.Getenv("REDIS_PW_" + side)
		client := redis.NewClient(o)
		for it := client.Scan(ctx, 0, "*"+tenant+"*", 1000).Iterator(); it.Next(ctx); {
			client.Del(ctx, it.Val())
		}
		_ = client.Close()
	}
	removeIndexes(ctx, env.Getenv("ES_"+side), tenant)
}

// removeIndexes deletes the indexes behind a tenant's aliases and names.
func removeIndexes(ctx context.Context, address, tenant string) {
	request := func(method, path string) map[string]any {
		req, err := http.NewRequestWithContext(ctx, method, address+path, nil)
		if err != nil {
			return nil
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil
		}
		defer res.Body.Close()
		var out map[string]any
		_ = json.NewDecoder(res.Body).Decode(&out)
		return out
	}
	for index := range request(http.MethodGet, "/"+tenant+"-*/_settings?filter_path=*.settings.index.uuid") {
		request(http.MethodDelete, "/"+index)
	}
}

// cmdSeed fills the script's tenant: seed [flags of the seeder].
func cmdSeed(ts *testscript.TestScript, _ bool, args []string) {
	all := []string{"--people", "20", "--tenant", ts.Getenv("TENANT"), "--config", ts.MkAbs("tenantcopy.yaml"), "--rules", ts.MkAbs("rules.yaml")}
	ts.Check(ts.Exec(ts.Getenv("SEEDER"), append(all, args...)...))
}

// cmdExits runs a command and wants an exit code: exits 9 tenantcopy …
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	wantCode(ts, ts.Exec(args[1], args[2:]...), want)
}

func wantCode(ts *testscript.TestScript, err error, want int) {
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cmdEdit replaces text in a file, all matches of a regular expression:
// edit FILE REGEXP [NEW]. A file without a match fails.
func cmdEdit(ts *testscript.TestScript, _ bool, args []string) {
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	if !re.MatchString(text) {
		ts.Fatalf("%s: nothing matches %s", args[0], args[1])
	}
	with := ""
	if len(args) > 2 {
		with = strings.ReplaceAll(args[2], `\n`, "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(re.ReplaceAllString(text, with)), 0o644))
}

// paused is a program that upto has stopped.
type paused struct {
	cmd    *exec.Cmd
	stderr *strings.Builder
}

// pausedPrograms holds them by script; scripts run side by side.
var pausedPrograms sync.Map

// cmdUpto runs tenantcopy until a phase begins (of one store: switch/search),
// and sends it a signal then: upto copy kill SRC DST. After stop the program waits for resume; after
// kill, int and term it is waited for, and int and term want 130 and 143.
func cmdUpto(ts *testscript.TestScript, _ bool, args []string) {
	phase, store, _ := strings.Cut(args[0], "/")
	action := args[1]
	path, err := exec.LookPath(filepath.Join(binFolder(ts), "tenantcopy"))
	ts.Check(err)
	p := &paused{cmd: exec.Command(path, append(args[3:], "--progress", "json")...), stderr: &strings.Builder{}}
	p.cmd.Dir, p.cmd.Stderr, p.cmd.Env = ts.MkAbs("."), p.stderr, scriptEnv(ts)
	out, err := p.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	seen := false
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e report.Event
		if json.Unmarshal(lines.Bytes(), &e) == nil && string(e.Phase) == phase && !e.Done && (store == "" || e.Store == store) {
			seen = true
			break
		}
	}
	if !seen {
		_ = p.cmd.Wait()
		ts.Fatalf("the run ended before phase %s:\n%s", phase, p.stderr)
	}
	signals := map[string]syscall.Signal{"kill": syscall.SIGKILL, "int": syscall.SIGINT, "term": syscall.SIGTERM, "stop": syscall.SIGSTOP}
	ts.Check(p.cmd.Process.Signal(signals[action]))
	if action == "stop" {
		pausedPrograms.Store(ts, p)
		ts.Defer(func() { _ = p.cmd.Process.Kill() })
		return
	}
	for lines.Scan() { // until it ends
	}
	err = p.cmd.Wait()
	fmt.Fprint(ts.Stderr(), p.stderr)
	if want := map[string]int{"int": 130, "term": 143}[action]; want != 0 {
		wantCode(ts, err, want)
	}
}

// cmdResume lets a stopped program go on and wants its exit code: resume 11.
func cmdResume(ts *testscript.TestScript, _ bool, args []string) {
	found, ok := pausedPrograms.LoadAndDelete(ts)
	if !ok {
		ts.Fatalf("nothing is stopped")
	}
	p := found.(*paused)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(p.cmd.Process.Signal(syscall.SIGCONT))
	err = p.cmd.Wait()
	fmt.Fprint(ts.Stderr(), p.stderr)
	wantCode(ts, err, want)
}

// binFolder is where testscript keeps this test binary under the names of its
// commands.
func binFolder(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, "tenantcopy")); err == nil {
			return dir
		}
	}
	ts.Fatalf("tenantcopy is not on the PATH")
	return ""
}

// scriptEnv returns the script's environment as far as the program needs it.
func scriptEnv(ts *testscript.TestScript) []string {
	names := []string{"PATH", "HOME", "TENANTCOPY_KEY", "TENANTCOPY_CONFIG", "TENANTCOPY_KUBECONFIG", "TMPDIR", "WORK"}
	for _, entry := range os.Environ() {
		if k, _, _ := strings.Cut(entry, "="); strings.HasPrefix(k, "TENANTCOPY_TEST_") {
			names = append(names, k)
		}
	}
	var env []string
	for _, name := range slices.Compact(names) {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// cmdSame compares files byte for byte, and with ! wants a difference.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if same := ts.ReadFile(args[0]) == ts.ReadFile(args[1]); same == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], same)
	}
}

// cmdFetch runs a client and keeps its output in a file: fetch FILE COMMAND…
func cmdFetch(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec(args[1], args[2:]...))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile("stdout")), 0o644))
}
