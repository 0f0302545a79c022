package blob

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/anonymize"
	"github.com/tenantcopy/tenantcopy/internal/report"
)

// carrier takes the objects of one chunk from source to destination.
type carrier struct {
	st      *staged
	a       *anonymize.Anonymizer
	sink    sink
	tally   report.Tally
	carried []uint64 // names written that the join did not match
	spare   []string // names of the destination that are not written

	standIns map[string]int64 // bodies and parts of bodies that no rule could read, by pattern
}

// changes is how often an object that changes while it is read is begun anew.
const changes = 3

var (
	errName  = errors.New("a $name rule makes a name that cannot be used")
	errClash = errors.New("an object has metadata with the name of a header")
	errLeft  = errors.New("the rule leaves the body out")
)

// object carries one object. One that changes meanwhile is begun anew, one
// that is gone by now counts as missing.
func (c *carrier) object(ctx context.Context, m match) error {
	for try := 1; ; try++ {
		err := c.attempt(ctx, m)
		switch {
		case errors.Is(err, errGone):
			c.tally.Missing++
			c.leave(m.dst)
			return nil
		case !errors.Is(err, errChanged) || try == changes:
			return err
		}
		m.src = object{Name: m.src.Name}
	}
}

// leave notes that the destination's object is not part of the copy.
func (c *carrier) leave(there *object) {
	if there != nil {
		c.spare = append(c.spare, there.Name)
	}
}

// attempt carries one object as it was listed, or as it is now when the
// listing did not tell.
func (c *carrier) attempt(ctx context.Context, m match) error {
	o := &m.src
	if !o.Full {
		now, err := c.st.src.head(ctx, o.Name)
		if err != nil {
			return c.st.source.fail("read an object's headers", err)
		}
		o = &now
	}
	raw, codecs, err := c.raw(o)
	if err != nil {
		return err
	}
	clean, err := c.a.Object(c.st.objects, raw)
	if err != nil {
		return c.anonymized("anonymise an object", err)
	}
	if clean.Fate == anonymize.Leave || clean.Fate == anonymize.Unknown {
		c.leave(m.dst)
		return nil
	}
	if err := c.possible(o, clean); err != nil {
		return err
	}
	out := &outgoing{name: clean.Name, typ: clean.Type}
	for _, p := range clean.Metadata {
		out.pairs = append(out.pairs, pair{p.Key, p.Value, codecs[string(p.Key.Bytes())]})
	}
	there, err := c.there(ctx, m, string(clean.Name.Bytes()))
	if err != nil {
		return err
	}
	switch err := c.bring(ctx, o, clean, out, there); {
	case errors.Is(err, errLeft):
		c.leave(there)
		return nil
	case err != nil:
		return err
	}
	if name := string(out.name.Bytes()); name != o.Name || m.dst == nil {
		c.carried = append(c.carried, c.st.spares.hash(name))
	}
	return nil
}

// raw is an object as the rules see it: text in place of codes.
func (c *carrier) raw(o *object) (anonymize.Object, map[string]codec, error) {
	meta, codecs := make(map[string]string, len(o.Meta)), make(map[string]codec, len(o.Meta))
	for key, value := range o.Meta {
		if strings.EqualFold(key, markKey) {
			continue // the source is a twin itself
		}
		if low := strings.ToLower(key); low != key && isHeader(low) {
			return anonymize.Object{}, nil, &report.Error{Code: report.Incompatible, Store: c.st.name, Side: report.Source, Op: "read an object's metadata", Err: errClash}
		}
		meta[key], codecs[key] = decode(key, value)
	}
	return anonymize.Object{Name: o.Name, Size: o.Size, Type: o.Type, Metadata: meta}, codecs, nil
}

// possible refuses what cannot be carried.
func (c *carrier) possible(o *object, clean anonymize.CleanObject) error {
	op := "copy an object of " + clean.Group
	name := string(clean.Name.Bytes())
	switch {
	case o.Special != "":
		return &report.Error{Code: report.Incompatible, Store: c.st.name, Side: report.Source, Op: op, Err: fmt.Errorf("objects of type %s are not supported", o.Special),
			Hint: "give the pattern the verb drop"}
	case o.Archived:
		return c.st.source.fail(op, &serverError{409, "BlobArchived"})
	case name == "" || isOwn(name) || len(name) > 1024:
		return &report.Error{Code: report.Incompatible, Store: c.st.name, Side: report.Destination, Op: op, Err: errName}
	}
	return nil
}

// there finds the destination's object of the clean name, nil for none.
func (c *carrier) there(ctx context.Context, m match, name string) (*object, error) {
	there := m.dst
	if name != m.src.Name {
		c.leave(m.dst)
		there = &object{Name: name}
	}
	if there == nil || there.Full {
		return there, nil
	}
	now, err := c.st.dst.head(ctx, name)
	if errors.Is(err, errGone) {
		return nil, nil
	}
	return &now, c.st.destination.fail("read an object's headers", err)
}

// bring writes the object unless it is there already.
func (c *carrier) bring(ctx context.Context, o *object, clean anonymize.CleanObject, out *outgoing, there *object) error {
	digest := c.digest(o)
	if there != nil {
		letter, old, _ := strings.Cut(markOf(there), "-")
		out.mark = markOf(there)
		if old == digest && letter != bodyText && out.alike(there) && (clean.Fate != anonymize.Keep || there.Size == o.Size) {
			c.tally.Skipped++
			c.tally.In(group, 1)
			return nil
		}
	}
	out.mark = digest
	size, err := c.write(ctx, o, clean, out)
	if err != nil {
		return err
	}
	c.tally.Records++
	c.tally.Bytes += size
	c.tally.In(group, 1)
	return nil
}

// digest tells an object's version under these rules apart from every other,
// and tells nothing else: its key is derived from the root key, since S3's
// ETag is a hash of the original's bytes.
func (c *carrier) digest(o *object) string {
	mac := hmac.New(sha256.New, []byte(c.st.plan.RulesHash()))
	mac.Write([]byte(o.Name + "\x00" + o.version()))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// markOf returns our mark on an object, "" for none.
func markOf(o *object) string {
	for key, value := range o.Meta {
		if strings.EqualFold(key, markKey) {
			return value
		}
	}
	return ""
}

// write has the body fetched by the server, where the rules keep it and it is
// no text to be searched, and else carries it.
func (c *carrier) write(ctx context.Context, o *object, clean anonymize.CleanObject, out *outgoing) (int64, error) {
	if err := c.sink.check(clean.Group, out); err != nil {
		return 0, err
	}
	source := &fetch{keep: clean.Fate == anonymize.Keep}
	defer source.close()
	if source.keep {
		out.encoding = knownEncoding(o.Encoding)
		pulled, err := c.fetched(ctx, o, clean, out, source)
		if err != nil || pulled {
			return o.Size, err
		}
	}
	body, err := c.a.Body(func() (io.ReadCloser, error) { return source.open(ctx, c.st, o) })
	switch {
	case err != nil:
		return 0, c.anonymized("copy an object of "+clean.Group, err)
	case body.Left():
		return 0, errLeft
	}
	size, err := c.sink.put(ctx, out, &body, upload{group: clean.Group, keep: source.keep})
	if n := body.StandIns(); n > 0 && err == nil {
		if c.standIns == nil {
			c.standIns = make(map[string]int64)
		}
		c.standIns[clean.Group] += int64(n)
	}
	if err != nil {
		return 0, c.anonymized("copy an object of "+clean.Group, err)
	}
	return size, nil
}

// fetched has the server fetch a kept body and reports whether it did. A body
// that is to be searched for people is read for its beginning first; if it is
// text, it is left to be carried, and searched on the way.
func (c *carrier) fetched(ctx context.Context, o *object, clean anonymize.CleanObject, out *outgoing, source *fetch) (bool, error) {
	if !sameHeaders(o, out) || c.st.noPull.Load() {
		return false, nil
	}
	if c.sink.in != nil && o.Size > 0 {
		text, err := source.peek(ctx, c.st, o)
		if err != nil {
			return false, c.anonymized("copy an object of "+clean.Group, err)
		}
		if text {
			return false, nil
		}
	}
	err := c.pull(ctx, o, clean.Permit, out)
	if errors.Is(err, errNoPull) || errors.Is(err, errNotThis) {
		return false, nil
	}
	return err == nil, err
}

// pull asks the server to fetch the body, twice with a fresh permission, and
// remembers when it does not do so at all.
func (c *carrier) pull(ctx context.Context, o *object, permit anonymize.Permit, out *outgoing) error {
	for renew := false; ; renew = true {
		if c.st.noPull.Load() {
			return errNoPull
		}
		from, err := c.st.src.link(ctx, o, renew)
		if err != nil {
			return c.st.source.fail("sign a read permission", err)
		}
		err = c.sink.pull(ctx, out, permit, from)
		if errors.Is(err, errChanged) {
			return c.st.source.fail("copy an object on the server", err)
		}
		if !errors.Is(err, errNoPull) {
			return err
		}
		if renew {
			c.st.noPull.Store(true)
		}
	}
}

// sameHeaders reports whether the rules leave alone what some servers carry
// along when they copy: the headers, and the source's name as a trace.
func sameHeaders(o *object, out *outgoing) bool {
	if string(out.name.Bytes()) != o.Name || string(out.typ.Bytes()) != o.Type || out.encoding != o.Encoding {
		return false
	}
	for _, name := range freeText() {
		if out.header(name) != o.Meta[name] {
			return false
		}
	}
	return true
}

// anonymized passes errors of the anonymiser on with their place.
func (c *carrier) anonymized(op string, err error) error {
	if ours(err) {
		return c.st.source.fail(op, err)
	}
	return &report.Error{Store: c.st.name, Side: report.Source, Op: op, Err: err}
}
