package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// measure runs a command and prints its time and the most memory that it had
// at once; it returns the command's own exit code.
func measure(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(errs, "seed: measure needs a command: seed measure -- COMMAND ARGS")
		return 1
	}
	began := time.Now()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends cleanly by itself
	err := cmd.Run()
	if cmd.ProcessState == nil {
		fmt.Fprintf(errs, "seed: run %s: %v\n", args[0], err)
		return 1
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage) // nil where there is none
	memory := "unknown"
	if usage != nil {
		memory = fmt.Sprintf("%d MB", usage.Maxrss/1024)
	}
	fmt.Fprintf(out, "\n%.2f s, at most %s of memory, %.2f s of processor time\n", time.Since(began).Seconds(), memory,
		(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal())
		}
		return exit.ExitCode()
	}
	return 0
}
