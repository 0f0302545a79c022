package redis

import (
	"context"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// door is the read-only door of a source: a hook through which every command
// of the client goes, alone or in a pipeline, the client's own handshake
// included. What is not on the list is not sent.
type door struct{}

// reading lists the commands that only read. A transaction, a script, SORT
// (which can store) and every command that can create a key are left out.
func reading(name, sub string) bool {
	switch name {
	case "hello", "auth", "select", "ping", "info", "time", "dbsize":
		return true // the handshake, and facts about the server
	case "client":
		return sub == "setname"
	case "acl":
		return sub == "whoami" || sub == "dryrun" // a rehearsal: the command in it is not carried out
	case "memory":
		return sub == "usage"
	case "xinfo":
		return true
	case "scan", "type", "dump", "exists", "pexpiretime", "pttl",
		"get", "strlen", "getrange",
		"llen", "lrange",
		"scard", "smembers", "sscan",
		"zcard", "zrange", "zscan",
		"hlen", "hget", "hmget", "hgetall", "hscan", "hexists",
		"xlen", "xrange", "xpending":
		return true
	}
	return false
}

// check refuses a command that is not on the list.
func check(cmd goredis.Cmder) error {
	sub := ""
	if args := cmd.Args(); len(args) > 1 {
		sub, _ = args[1].(string)
	}
	if reading(cmd.Name(), strings.ToLower(sub)) {
		return nil
	}
	cmd.SetErr(errReadOnly)
	return errReadOnly
}

// DialHook implements redis.Hook; a connection alone reads and writes nothing.
func (door) DialHook(next goredis.DialHook) goredis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (door) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		if err := check(cmd); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook. One command that writes stops the
// whole pipeline.
func (door) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		for _, cmd := range cmds {
			if err := check(cmd); err != nil {
				for _, c := range cmds {
					c.SetErr(err)
				}
				return err
			}
		}
		return next(ctx, cmds)
	}
}
