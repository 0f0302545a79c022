package anonymize

import "github.com/tenantcopy/tenantcopy/internal/anonymize/ruleset"

// openName applies the rule of a name, $key or $name, to what its pattern leaves
// open, each part by itself: what the pattern says is the application's, and not
// to be changed. ok is false for a name with a part that its rule cannot read,
// which must not be written.
func (a *Anonymizer) openName(r *rule, p ruleset.Pattern, name []byte) (c Clean, ok bool, err error) {
	parts := p.Open(string(name))
	if len(parts) == 1 && parts[0] == (ruleset.Part{End: len(name)}) {
		c, did, err := a.run(r, name)
		return c, err == nil && !c.null && did != dropped, err
	}
	out, pos := make([]byte, 0, 2*len(name)), 0
	for _, part := range parts {
		out = append(out, name[pos:part.Start]...)
		c, did, err := a.run(r, name[part.Start:part.End])
		if err != nil || c.null || did == dropped { // no verb of a name does, but for what it cannot read
			return Clean{}, false, err
		}
		out, pos = append(out, c.b...), part.End
	}
	return Clean{b: append(out, name[pos:]...)}, true, nil
}
