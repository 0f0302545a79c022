package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// cpu returns the processor time, in seconds, that a server's processes have
// used since it started; 0 for a server that is not on this machine. Time is
// taken from the kernel's table of processes, where a process that has ended
// counts with its parent.
func (s server) cpu(ctx context.Context) float64 {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return 0
	}
	var text string
	err = conn.QueryRow(ctx, `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)`).Scan(&text)
	_ = conn.Close(ctx)
	if err != nil {
		return 0
	}
	ticks := 0
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		fields := statFields(file)
		if len(fields) < 15 {
			continue
		}
		switch text {
		case filepath.Base(filepath.Dir(file)):
			ticks += sumOf(fields[11:15]) // its own, and those of children that have ended
		case fields[1]:
			ticks += sumOf(fields[11:13])
		}
	}
	const perSecond = 100 // USER_HZ, the same on every Linux
	return float64(ticks) / perSecond
}

// statFields returns what follows a process's name: state, parent, …, user,
// system, and both of ended children.
func statFields(file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil // it has ended
	}
	_, after, _ := strings.Cut(string(data), ") ")
	return strings.Fields(after)
}

func sumOf(fields []string) int {
	sum := 0
	for _, f := range fields {
		n, _ := strconv.Atoi(f)
		sum += n
	}
	return sum
}
