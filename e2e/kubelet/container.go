package kubelet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantcopy/tenantcopy/internal/parallel"
)

const (
	// between is how long a container rests that could not be started or is
	// started again; a kubelet begins with ten seconds.
	between = 500 * time.Millisecond
	// Of its log a container that left no message shows the end.
	mostMessage, mostLog = 4096, 2048
)

// contain runs a container until it is not started again, and reports every
// state it comes to.
func (p *pod) contain(ctx context.Context, c corev1.Container, again func(code int32) bool) error {
	for !p.ending() {
		cmd, why, err := p.prepare(ctx, c)
		if err != nil {
			if err := p.tell(ctx, func() { p.states[c.Name].State = waiting(why, err.Error()) }); err != nil {
				return err
			}
			p.rest()
			continue
		}
		ended, err := p.once(ctx, c, cmd)
		if err != nil {
			return err
		}
		if p.ending() || !again(ended.ExitCode) {
			return p.tell(ctx, func() { p.states[c.Name].State = corev1.ContainerState{Terminated: ended} })
		}
		err = p.tell(ctx, func() {
			s := p.states[c.Name]
			s.State, s.LastTerminationState = waiting("CrashLoopBackOff", "it is started again"), corev1.ContainerState{Terminated: ended}
			s.RestartCount++
		})
		if err != nil {
			return err
		}
		p.rest()
	}
	if why := p.why().reason; why == shutdown || why == forced {
		return nil
	}
	now := metav1.Now()
	never := &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "ContainerStatusUnknown", Message: "the pod was ended before it ran", StartedAt: now, FinishedAt: now}
	return p.tell(ctx, func() { p.states[c.Name].State = corev1.ContainerState{Terminated: never} })
}

func (p *pod) rest() {
	select {
	case <-p.stopping:
	case <-time.After(between):
	}
}

// root is the folder that holds what a container would find at /.
func (p *pod) root(c corev1.Container) string { return filepath.Join(p.dir, c.Name) }

// logFile is what a container printed, since it was started last.
func (p *pod) logFile(container string) string { return filepath.Join(p.dir, container+".log") }

func (p *pod) messageFile(c corev1.Container) string {
	return filepath.Join(p.root(c), c.TerminationMessagePath)
}

// prepare makes a container's folder and its command, nil for one that runs
// no program. With an error comes the reason in a kubelet's words.
func (p *pod) prepare(ctx context.Context, c corev1.Container) (*exec.Cmd, string, error) {
	image, ok := p.kubelet.Images[c.Image]
	if !ok {
		return nil, "ErrImagePull", errors.New("no such image: " + c.Image)
	}
	root := p.root(c)
	if err := p.mount(ctx, c); err != nil {
		return nil, "CreateContainerConfigError", err
	}
	if err := os.MkdirAll(filepath.Dir(p.messageFile(c)), 0o700); err != nil {
		return nil, "CreateContainerError", err
	}
	if err := os.Remove(p.messageFile(c)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, "CreateContainerError", err
	}
	var given []string
	if image.Env != nil {
		given = image.Env(root)
	}
	env, err := p.environment(ctx, c, given)
	if err != nil {
		return nil, "CreateContainerConfigError", err
	}
	argv := image.Entrypoint
	if len(c.Command) > 0 {
		argv = expandAll(c.Command, env)
	}
	if len(argv) == 0 {
		return nil, "", nil
	}
	argv = append(argv[:len(argv):len(argv)], expandAll(c.Args, env)...)
	cmd := &exec.Cmd{Path: argv[0], Args: argv, Env: env.list(), Dir: root, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if filepath.Base(argv[0]) == argv[0] {
		if cmd.Path, err = exec.LookPath(argv[0]); err != nil {
			cmd.Path = argv[0] // it fails to start, as it does in a container
		}
	}
	return cmd, "", nil
}

// once runs a prepared command to its end.
func (p *pod) once(ctx context.Context, c corev1.Container, cmd *exec.Cmd) (*corev1.ContainerStateTerminated, error) {
	started := metav1.Now()
	log, err := os.Create(p.logFile(c.Name))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if cmd != nil {
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Start(); err != nil {
			return &corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError", Message: err.Error(), StartedAt: started, FinishedAt: metav1.Now()}, nil
		}
	}
	err = p.tell(ctx, func() {
		p.states[c.Name].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}}
		if p.isMain(c) {
			p.phase = corev1.PodRunning
		}
	})
	if err != nil {
		p.end(stop{reason: forced}) // nobody would hear of it any more
	}
	code := int32(0)
	if cmd == nil {
		<-p.stopping
	} else if code = p.wait(cmd); code < 0 {
		return nil, fmt.Errorf("wait for container %s: it has no exit code", c.Name)
	}
	ended := &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Completed", Message: p.message(c, code), StartedAt: started, FinishedAt: metav1.Now()}
	if code != 0 {
		ended.Reason = "Error"
	}
	return ended, err
}

func (p *pod) isMain(c corev1.Container) bool {
	for _, main := range p.object.Spec.Containers {
		if main.Name == c.Name {
			return true
		}
	}
	return false
}

// wait returns a program's exit code, and asks it to end when the pod does:
// first the program, after the grace period everything it has started.
func (p *pod) wait(cmd *exec.Cmd) int32 {
	group := -cmd.Process.Pid
	_ = parallel.With(context.Background(), func(ended context.Context) error {
		select {
		case <-ended.Done():
			return nil
		case <-p.stopping:
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended.Done():
			return nil
		case <-p.killing:
		case <-time.After(time.Duration(p.why().grace) * time.Second):
		}
		return syscall.Kill(group, syscall.SIGKILL)
	}, func(context.Context) error { return cmd.Wait() })
	_ = syscall.Kill(group, syscall.SIGKILL) // what it left behind ends with its container
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case !ok:
		return -1
	case status.Signaled():
		return 128 + int32(status.Signal())
	default:
		return int32(status.ExitStatus())
	}
}

// message is a container's last word: the file it wrote, else, if it asked
// for that and failed, the end of its log.
func (p *pod) message(c corev1.Container, code int32) string {
	if text := tail(p.messageFile(c), mostMessage); text != "" {
		return text
	}
	if code != 0 && c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		return tail(p.logFile(c.Name), mostLog)
	}
	return ""
}

// tail returns the last bytes of a file; nothing of one that is not there.
func tail(path string, most int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, size-most), io.SeekStart)
	}
	text, _ := io.ReadAll(f)
	return string(bytes.ToValidUTF8(text, []byte("?")))
}
