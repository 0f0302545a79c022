package anonymize

import (
	"math/bits"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What stands for an address in each place that one is written in.
func TestIP(t *testing.T) {
	for _, c := range []struct {
		name string
		form Form
		in   string
		want string // a regular expression for the whole output
	}{
		{"private", FormText, "10.1.2.3", `10\.\d+\.\d+\.\d+`},
		{"private of a home", FormText, " 192.168.1.20\n", ` 192\.168\.\d+\.\d+\n`},
		{"public", FormText, "8.8.8.8", `2[45]\d\.\d+\.\d+\.\d+`},
		{"port", FormText, "8.8.8.8:8080", `2[45]\d\.\d+\.\d+\.\d+:8080`},
		{"network", FormText, "10.20.0.0/16", `10\.\d+\.0\.0/16`},
		{"host in a network", FormText, "10.20.1.2/16", `10\.\d+\.\d+\.\d+/16`},
		{"forwarded", FormText, "203.0.114.7, 10.0.0.1,2a00:1450::8", `2[45]\d\.\d+\.\d+\.\d+, 10\.\d+\.\d+\.\d+,3fff:[0-9a-f:]+`},
		{"loopback", FormText, "127.0.0.1", `127\.0\.0\.1`},
		{"every address", FormText, "0.0.0.0/0", `0\.0\.0\.0/0`},
		{"v6", FormText, "2A00:1450:4001:81b::200e", `3fff:[0-9a-f:]+`},
		{"v6 with a port", FormText, "[2a00:1450::1]:443", `\[3fff:[0-9a-f:]+\]:443`},
		{"v6 loopback", FormText, "::1", `::1`},
		{"v6 private", FormText, "fd12:3456:789a::1", `fd[0-9a-f:]+`},
		{"v6 of a link", FormText, "fe80::1ff:fe23:4567:890a%eth0", `fe80::[0-9a-f:]+%eth0`},
		{"v4 in v6", FormText, "::ffff:10.1.2.3", `::ffff:10\.\d+\.\d+\.\d+`},
		{"in a text", FormText, "login of Rose Hill from 8.8.4.4.", `login of \pL+ \pL+ from 2[45]\d\.\d+\.\d+\.\d+\.`},
		{"in an array", FormTextArray, string(array("10.1.2.3")), `(?s).*10\.\d+\.\d+\.\d+`},
		{"none", FormText, "unknown", `unknown`},
		{"a name", FormText, "Rose Hill", `\pL+ \pL+`},
		{"a time", FormText, "at 10:15", `at \d\d:\d\d`},
	} {
		rule := "ip"
		if c.form == FormTextArray {
			rule = "{list: ip}"
		}
		a, row := one(t, rule, Field{Form: c.form})
		out := must(t, a, row, 1, []byte(c.in))
		if !regexp.MustCompile(`\A(?:` + c.want + `)\z`).Match(out) {
			t.Errorf("%s: %q, want %s", c.name, out, c.want)
		}
		noReal(t, out)
		if keeps := c.want == regexp.QuoteMeta(c.in); keeps != (string(out) == c.in) {
			t.Errorf("%s: %q stays what it was: %v", c.name, c.in, !keeps)
		}
	}
}

// The pseudonyms of addresses do not change from version to version.
func TestIPGolden(t *testing.T) {
	a, row := one(t, "ip", Field{Form: FormText})
	for in, want := range map[string]string{
		"10.1.2.3": "10.215.121.11", "10.1.2.4": "10.215.121.15", "192.168.1.20": "192.168.56.194", "8.8.8.8": "248.10.156.123", "8.8.8.9": "248.10.156.122", "2a00:1450:4001:81b::200e": "3fff:897:c5f7:7e1f:477:ebdf:1d93:28fd", "fd12:3456:789a::1": "fd5f:5fde:2913:5313:34f8:a6a3:194b:559a",
	} {
		if out := must(t, a, row, 1, []byte(in)); string(out) != want {
			t.Errorf("%s becomes %s, was %s", in, out, want)
		}
	}
}

// In binary, a column of addresses stays one; the flag of a network, which the
// server does not read, is not carried.
func TestInet(t *testing.T) {
	a, row := one(t, "ip", Field{Form: FormInet, Type: "inet"})
	for _, c := range []struct{ in, want []byte }{
		{[]byte{2, 32, 0, 4, 127, 0, 0, 1}, []byte{2, 32, 0, 4, 127, 0, 0, 1}},
		{[]byte{2, 16, 1, 4, 10, 20, 0, 0}, []byte{2, 16, 0, 4, 10, 0xFF, 0, 0}},
		{append([]byte{3, 128, 0, 16, 0xFD}, make([]byte, 15)...), append([]byte{3, 128, 0, 16, 0xFD}, []byte(strings.Repeat("\xFF", 15))...)},
	} {
		out := must(t, a, row, 1, c.in)
		if len(out) != len(c.want) {
			t.Fatalf("% x becomes % x", c.in, out)
		}
		for i := range out {
			if c.want[i] != 0xFF && out[i] != c.want[i] {
				t.Errorf("% x becomes % x", c.in, out)
			}
		}
	}
	for _, bad := range [][]byte{{2, 32, 0, 4, 1}, {2, 33, 0, 4, 1, 2, 3, 4}, {3, 32, 0, 4, 1, 2, 3, 4}, {2, 32, 0, 5, 1, 2, 3, 4, 5}, {2}} {
		if _, err := applyTo(a, row, 1, bad); err == nil {
			t.Errorf("% x is read as an address", bad)
		}
	}
}

// Whatever the address: the pseudonym is of its family and kind, no host of
// the public network has it, who shares a beginning shares one as long, and
// within a private network nobody is lost.
func TestIPLaws(t *testing.T) {
	a, _ := one(t, "ip", Field{Form: FormText})
	ranges := []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/8", "fd00::/8", "fe80::/64"}
	reserved := []netip.Prefix{netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("3fff::/20")}
	rapid.Check(t, func(t *rapid.T) {
		inRange := netip.MustParsePrefix(rapid.SampledFrom(ranges).Draw(t, "range"))
		draw := func(name string) netip.Addr {
			b := inRange.Addr().AsSlice()
			random := rapid.SliceOfN(rapid.Byte(), len(b), len(b)).Draw(t, name)
			for i := inRange.Bits(); i < 8*len(b); i++ {
				b[i/8] |= random[i/8] & (1 << (7 - i%8))
			}
			ip, _ := netip.AddrFromSlice(b)
			return ip
		}
		x, y := draw("x"), draw("y")
		px, py := a.pseudonymIP(x), a.pseudonymIP(y)
		if !inRange.Contains(px) || !inRange.Contains(py) {
			t.Fatalf("%s of %s becomes %s", x, inRange, px)
		}
		if shared(x, y) != shared(px, py) {
			t.Fatalf("%s and %s share %d bits, %s and %s %d", x, y, shared(x, y), px, py, shared(px, py))
		}
		b4 := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4"))
		b16 := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "v6"))
		b16[0] = 0x20 | b16[0]&0x1F
		for i, ip := range []netip.Addr{netip.AddrFrom4(b4), netip.AddrFrom16(b16)} {
			out := a.pseudonymIP(ip)
			if known := public(ip); known && !reserved[i].Contains(out) {
				t.Fatalf("%s becomes %s", ip, out)
			}
			if known := public(ip); known {
				neighbour := ip.Next()
				if p := a.pseudonymIP(neighbour); ip.Is6() && shared(ip, neighbour) >= 48 && shared(out, p) != shared(ip, neighbour) || ip.Is4() && shared(ip, neighbour) >= 24 && shared(out, p) < 24 {
					t.Fatalf("%s and %s become %s and %s", ip, neighbour, out, p)
				}
			}
		}
	})
}

// public reports an address that a host of the world can have.
func public(ip netip.Addr) bool {
	for _, n := range networks() {
		if n.prefix.Contains(ip) {
			return false
		}
	}
	return !ip.Is4In6()
}

// shared returns how many bits two addresses share at their beginning.
func shared(x, y netip.Addr) int {
	a, b := x.AsSlice(), y.AsSlice()
	for i := range a {
		if a[i] != b[i] {
			return 8*i + bits.LeadingZeros8(a[i]^b[i])
		}
	}
	return 8 * len(a)
}
