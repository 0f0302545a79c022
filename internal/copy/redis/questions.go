package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tenantcopy/tenantcopy/internal/doctor"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

var (
	_ doctor.Patient = (*prober)(nil)
	_ doctor.Patient = (*site)(nil)
)

// nobodys ends the name of a key that nobody has, for asking what a user may.
const nobodys = "tenantcopy-doctor-k7q2v9x4m1"

// Questions says what the source can be asked, behind its door.
func (p *prober) Questions() doctor.Questions {
	return doctor.Questions{
		Missing: func(ctx context.Context) (doctor.Grants, error) {
			key := p.prefix + nobodys
			return p.l.unpermitted(ctx, map[string][][]any{p.prefix: {
				{"exists", key}, {"type", key}, {"dump", key}, {"pttl", key}, {"memory", "usage", key}, {"get", key}, {"getrange", key, 0, 0}, {"strlen", key}, {"llen", key}, {"lrange", key, 0, 0},
				{"smembers", key}, {"sscan", key, 0}, {"zrange", key, 0, 0}, {"zscan", key, 0}, {"hgetall", key}, {"hscan", key, 0}, {"xlen", key}, {"xrange", key, "-", "+"}}})
		},
		Excess: func(ctx context.Context) (doctor.Grants, error) {
			return p.excess(ctx, []any{"set", p.prefix + nobodys, ""}, "may write the tenant's keys", "no session of tenantcopy writes there, whatever the user may; a user with +@read +@connection +info +time alone is safer")
		},
		Now: func(ctx context.Context) (time.Time, error) {
			t, err := p.l.c.Time(ctx).Result()
			return t, p.l.fail("read the server's clock", err)
		},
	}
}

// Questions says what the destination can be asked. The commands that it is
// tried with change nothing: the key that they name is not there.
func (s *site) Questions() doctor.Questions {
	q := s.prober.Questions()
	q.Missing = func(ctx context.Context) (doctor.Grants, error) {
		tried := make(map[string][][]any)
		for _, begin := range []string{s.prefix, "{" + s.prefix, "tc:", "tenantcopy:"} {
			key := begin + nobodys
			tried[begin] = [][]any{{"dump", key}, {"set", key, "", "xx"}, {"restore", key, 0, "none"}, {"rename", key, key}, {"unlink", key}, {"pexpire", key, 1}, {"hdel", key, "none"}, {"eval", "return 0", 1, key}}
		}
		return s.w.unpermitted(ctx, tried)
	}
	q.Excess = func(ctx context.Context) (doctor.Grants, error) {
		return s.excess(ctx, []any{"flushall"}, "may remove everything on the server", "a user without +@dangerous is safer; "+s.w.needs())
	}
	q.Room = s.room
	q.Holder = func(ctx context.Context, twin string, _ time.Time) (string, error) {
		value, err := s.l.c.Get(ctx, lockKey(twin)).Result()
		if lost(err) {
			return "", nil
		}
		run, user, _ := strings.Cut(value, "/")
		return user + " (run " + run + ")", s.l.fail("look at the lock", err)
	}
	return q
}

// unpermitted tries commands and lists those that the user may not send, by
// what the names of their keys begin with.
func (l *link) unpermitted(ctx context.Context, tried map[string][][]any) (doctor.Grants, error) {
	g := doctor.Grants{Says: "user " + l.user() + " lacks rights that a copy needs", Hint: l.needs()}
	for begin, commands := range tried {
		var lacks []string
		for _, args := range commands {
			name, _ := args[0].(string)
			if name == "pexpiretime" && l.old {
				continue
			}
			err := l.c.Do(ctx, args...).Err()
			if _, server := err.(goredis.Error); err != nil && !server && !lost(err) {
				return g, l.fail("try what the user may", err)
			}
			if oneOf(err, "NOPERM") {
				lacks = append(lacks, "+"+name)
			}
		}
		if len(lacks) > 0 {
			g.Lines = append(g.Lines, fmt.Sprintf("ACL SETUSER %s %s ~%s*", l.user(), strings.Join(lacks, " "), begin))
		}
	}
	return g, nil
}

// user is as whom the server is asked.
func (l *link) user() string {
	if name := l.c.Options().Username; name != "" {
		return name
	}
	return "default"
}

// excess asks whether the user may do what no copy does, with a rehearsal that
// does nothing. A user who may not even ask is no administrator.
func (p *prober) excess(ctx context.Context, command []any, says, hint string) (doctor.Grants, error) {
	const asks = "try what the user may"
	who, err := p.l.c.Do(ctx, "acl", "whoami").Text()
	if err == nil {
		var answer string
		answer, err = p.l.c.Do(ctx, append([]any{"acl", "dryrun", who}, command...)...).Text()
		if err == nil && answer == "OK" {
			return doctor.Grants{Says: "user " + who + " " + says, Hint: hint}, nil
		}
	}
	switch {
	case oneOf(err, "NOPERM"):
		return doctor.Grants{Unsure: "the user may not ask what it may, so it is no administrator; whether it has more rights than a copy needs the server does not tell"}, nil
	case oneOf(err, "ERR unknown", "ERR Unknown"):
		return doctor.Grants{Unsure: "a server before Redis 7 does not tell what a user may"}, nil
	}
	return doctor.Grants{}, p.l.fail(asks, err)
}

// room is what maxmemory leaves.
func (s *site) room(ctx context.Context) (doctor.Room, error) {
	text, err := s.l.c.Info(ctx, "memory").Result()
	if err != nil {
		return doctor.Room{}, s.l.fail("measure the server", err)
	}
	info := fields(text)
	used, errUsed := strconv.ParseInt(info["used_memory"], 10, 64)
	most, errMost := strconv.ParseInt(info["maxmemory"], 10, 64)
	switch {
	case errUsed != nil || errMost != nil:
		return doctor.Room{}, s.l.refuse(report.Failed, "measure the server", errUnexpected, "")
	case most == 0:
		return doctor.Room{Free: -1, Says: "maxmemory is not set, and the server does not say how much its machine has"}, nil
	}
	r := doctor.Room{Free: max(most-used, 0), Says: "what is left of maxmemory"}
	if policy := info["maxmemory_policy"]; strings.HasPrefix(policy, "allkeys") {
		r.Tight = "maxmemory-policy " + policy + " removes keys when memory is short: a twin would lose some in silence"
	} else if r.Free < most/20 {
		r.Tight = "less than 5 % of maxmemory is left"
	}
	return r, nil
}
