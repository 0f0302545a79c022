package launch

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// child marks the process that is to become Tilt.
const child = "LAUNCH_TEST_CHILD"

var staging = Tilt{
	Context: "aks staging", Namespace: "acme", Tenant: "acme", Cluster: "uid-1", Kubeconfig: "/tmp/one context",
	Args: []string{"--services=api web", "; rm -rf /", "--", "$(id)", "", "ü"},
}

func TestMain(m *testing.M) {
	if os.Getenv(child) == "" {
		os.Exit(m.Run())
	}
	err := staging.Exec(append(os.Environ(), "KUBECONFIG=/wrong/again"))
	_, _ = io.WriteString(os.Stderr, err.Error())
	os.Exit(90)
}

// tilt puts a stand-in called tilt, a shell script, alone on the PATH and
// returns the command of a process that becomes it. With ignore, the process
// starts with its signals ignored, as a shell's background job does.
func tilt(t *testing.T, script string, ignore bool) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "tilt"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	trap := ""
	if ignore {
		trap = "trap '' INT TERM HUP QUIT; "
	}
	cmd := exec.Command("/bin/sh", "-c", trap+`exec "$0"`, self)
	cmd.Env = []string{child + "=1", "PATH=" + dir, "KUBECONFIG=/wrong", "OTHER=kept"}
	return cmd
}

func TestO32_ExecReplacesTheProcess(t *testing.T) {
	cmd := tilt(t, `echo "$$"; echo "$KUBECONFIG"; echo "$OTHER"; echo "$TENANTCOPY_CLUSTER_UID $TENANTCOPY_TENANT $TENANTCOPY_KUBECONFIG"; printf '%s\0' "$@"; exit 7`, false)
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != 7 {
		t.Fatalf("ended with %v, want exit code 7: %s", err, stderr.String())
	}
	lines := strings.SplitN(out.String(), "\n", 5)
	if lines[0] != strconv.Itoa(cmd.Process.Pid) {
		t.Errorf("Tilt is process %s, want %d: the process was not replaced", lines[0], cmd.Process.Pid)
	}
	if lines[1] != staging.Kubeconfig || lines[2] != "kept" {
		t.Errorf("KUBECONFIG is %q, OTHER is %q", lines[1], lines[2])
	}
	if lines[3] != "uid-1 acme "+staging.Kubeconfig {
		t.Errorf("the Tiltfile's guard is told %q", lines[3])
	}
	got := strings.Split(strings.TrimSuffix(lines[4], "\x00"), "\x00")
	want := []string{"up", "--context", "aks staging", "--namespace", "acme", "--port", strconv.Itoa(staging.Port()), "--", "--tenant-name", "acme"}
	if want = append(want, staging.Args...); !slices.Equal(got, want) {
		t.Errorf("arguments are %q, want %q", got, want)
	}
}

// A process that was started with signals ignored must not hand that on: Tilt
// could then not be ended by Ctrl-C.
func TestO32_ExecRestoresSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		cmd := tilt(t, `echo ready; exec /bin/sleep 600`, true)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Errorf("the stand-in said %q, %v", line, err)
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if sig != syscall.SIGQUIT && ignored(t, cmd.Process.Pid, sig) {
			t.Errorf("%v is ignored", sig)
			_ = cmd.Process.Kill()
		}
		exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
		if status, _ := exit.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != sig {
			t.Errorf("after %v: %v", sig, exit)
		}
	}
}

// ignored reads a process's dispositions; one that has ended ignores nothing.
func ignored(t *testing.T, pid int, sig syscall.Signal) bool {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if mask, ok := strings.CutPrefix(line, "SigIgn:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n>>(sig-1)&1 == 1
		}
	}
	return false
}

func TestO33_WithoutTilt(t *testing.T) {
	cmd := tilt(t, "", false)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 90 || string(out) != "tilt is not on the PATH" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestExecRefuses(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // nothing can be started by mistake
	for _, up := range []Tilt{
		{Namespace: "n", Tenant: "t"}, {Context: "c", Tenant: "t"}, {Context: "c", Namespace: "n"},
		{Context: "--context=prod", Namespace: "n", Tenant: "t"}, {Context: "c", Namespace: "-n", Tenant: "t"}, {Context: "c", Namespace: "n", Tenant: "-t"},
		{Context: "c", Namespace: "n", Tenant: "t", Kubeconfig: "k", Cluster: "none"}, {Context: "c", Namespace: "n", Tenant: "t", Cluster: "u", Kubeconfig: "none"},
	} {
		switch "none" { // the last two have everything but one
		case up.Cluster:
			up.Cluster = ""
		case up.Kubeconfig:
			up.Kubeconfig = ""
		default:
			up.Cluster, up.Kubeconfig = "u", "k"
		}
		if err := up.Exec(nil); err == nil || !strings.Contains(err.Error(), "must be named") {
			t.Errorf("%+v: %v", up, err)
		}
	}
}

func TestPort(t *testing.T) {
	seen := make(map[int]bool)
	for i := range 300 {
		up := Tilt{Context: "aks", Namespace: "n", Tenant: strconv.Itoa(i)}
		if again := up; again.Port() != up.Port() || up.Port() < firstPort || up.Port() >= firstPort+portCount || up.Port() == 10350 {
			t.Errorf("port %d", up.Port())
		}
		seen[up.Port()] = true
	}
	if len(seen) < 250 {
		t.Errorf("300 tenants share %d ports", len(seen))
	}
	if a, b := (Tilt{Context: "aks", Namespace: "n", Tenant: "acme"}), (Tilt{Context: "aks", Namespace: "n", Tenant: "acme", Args: []string{"x"}}); a.Port() != b.Port() {
		t.Error("the port depends on the arguments")
	}
	if got := (Tilt{Context: "aks-staging", Namespace: "acme", Tenant: "acme"}).Port(); got != 12020 {
		t.Errorf("the port of a tenant has changed: %d", got)
	}
}

func TestSetenv(t *testing.T) {
	got := setenv([]string{"A=1", "KUBECONFIG=x", "KUBECONFIGS=y", "KUBECONFIG=z"}, "KUBECONFIG", "w")
	if want := []string{"A=1", "KUBECONFIGS=y", "KUBECONFIG=w"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
