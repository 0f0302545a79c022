package anonymize

import (
	"bytes"
	"net/netip"
	"slices"
)

// Addresses of hosts. A pseudonym is of the same family and kind of network
// (private, link-local, public, …) and names no host that exists: it stays in
// its private network, or comes from a range that is reserved. Within one
// network addresses share as long a beginning as the real ones do, under a key
// (the construction of Crypto-PAn, a byte at a time): who was in one subnet
// still is, and two hosts of one private network never become one.

// network is a range whose addresses are replaced within it.
type network struct {
	prefix netip.Prefix
	same   bool // says nothing about anybody: stays as it is
}

// networks lists the ranges that are not public; the first that holds an
// address counts.
func networks() []network {
	var out []network
	for _, list := range [...]struct {
		same   bool
		ranges []string
	}{
		{true, []string{"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/127", "ff00::/8"}},
		{false, []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"}}, // private, link-local, behind a carrier
		{false, []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"}},               // for documentation, for benchmarks
		{false, []string{"fc00::/8", "fd00::/8", "fe80::/64", "2001:db8::/32", "3fff::/20"}},
	} {
		for _, r := range list.ranges {
			out = append(out, network{netip.MustParsePrefix(r), list.same})
		}
	}
	return out
}

// publicBits is how much of a public IPv4 address's network survives in
// 240.0.0.0/4, which is reserved and has 28 bits: the first 20, and the last
// byte. A network of 256 addresses stays one, and its hosts stay apart; of two
// such networks that share 20 bits, hosts may become one.
const publicBits = 20

// pseudonymIP returns what stands for an address.
func (a *Anonymizer) pseudonymIP(ip netip.Addr) netip.Addr {
	if ip.Is4In6() {
		return netip.AddrFrom16(a.pseudonymIP(ip.Unmap()).As16())
	}
	zone := ip.Zone()
	ip = ip.WithZone("")
	if at := slices.IndexFunc(a.plan.networks, func(n network) bool { return n.prefix.Contains(ip) }); at >= 0 {
		n := a.plan.networks[at]
		if n.same {
			return ip.WithZone(zone)
		}
		b := ip.AsSlice()
		a.permutePrefix(b, n.prefix.Bits())
		out, _ := netip.AddrFromSlice(b)
		return out.WithZone(zone)
	}
	if ip.Is4() {
		b := ip.As4()
		a.permutePrefix(b[:], 0)
		first := (uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])) >> (24 - publicBits)
		last := min(b[3], 254) // none is the broadcast address
		return netip.AddrFrom4([4]byte{0xF0 | byte(first>>16), byte(first >> 8), byte(first), last})
	}
	b := ip.As16()
	site := a.format.Draw([]byte("ip site"), b[:6])
	a.permutePrefix(b[:], 48)
	copy(b[:6], []byte{0x3F, 0xFF, byte(site>>24) & 0x0F, byte(site >> 16), byte(site >> 8), byte(site)}) // 3fff::/20 is for documentation
	return netip.AddrFrom16(b).WithZone(zone)
}

// permutePrefix replaces the bits of an address from one on, in place: two
// addresses that begin alike for n bits do so afterwards. Each byte has a tree
// of 255 bits to flip, which are one hash of what stands before it.
func (a *Anonymizer) permutePrefix(b []byte, from int) {
	var room [16]byte
	real := append(room[:0], b...)
	for i := from / 8; i < len(b); i++ {
		flips := a.format.Sum([]byte("ip"), []byte{byte(len(b))}, real[:i])
		out := byte(0)
		for d := range 8 {
			bit := real[i] >> (7 - d) & 1
			if 8*i+d >= from {
				node := 1<<d | int(real[i])>>(8-d)
				bit ^= flips[node/8] >> (node % 8) & 1
			}
			out = out<<1 | bit
		}
		b[i] = out
	}
}

// applyIP replaces every address in a value: alone, with a port, a prefix
// length or a zone, in a list. What stands around them is text; a value without
// any is text, or a number of another kind.
func applyIP(a *Anonymizer, dst, v []byte, _ int32) ([]byte, outcome, error) {
	start, found, words := len(dst), false, false
	for i := 0; i < len(v); {
		n := ipLength(v[i:])
		ip, size := a.ipIn(v[i:i+n], i > 0 && isWordByte(v[i-1]))
		if size == 0 {
			n = max(n, 1)
			words = words || bytes.ContainsFunc(v[i:i+n], func(r rune) bool { return r >= 'A' && r != '[' && r != ']' })
			dst = append(dst, v[i:i+n]...)
			i += n
			continue
		}
		found = true
		ip, length := a.replaceIP(ip, v[i+size:])
		dst = ip.AppendTo(dst)
		dst = append(dst, v[i+size:i+size+length]...)
		i += size + length
	}
	if !found {
		return a.shortNumber(dst[:start], v)
	}
	if words {
		around := bytes.Clone(dst[start:])
		if out, did, err := a.freeText(dst[:start], around, false); did == changed || err != nil {
			return out, did, err
		}
		dst = append(dst[:start], around...)
	}
	return dst, changed, nil
}

// replaceIP replaces an address in front of tail. The bits behind the prefix
// length of a network's own address, 10.1.0.0/16, are none of a host: they stay
// 0. length is that of "/16", or 0.
func (a *Anonymizer) replaceIP(ip netip.Addr, tail []byte) (out netip.Addr, length int) {
	out = a.pseudonymIP(ip)
	bits := 0
	if len(tail) == 0 || tail[0] != '/' {
		return out, 0
	}
	for length = 1; length < len(tail) && length < 4 && tail[length] >= '0' && tail[length] <= '9'; length++ {
		bits = bits*10 + int(tail[length]-'0')
	}
	if length == 1 || bits > ip.BitLen() {
		return out, 0
	}
	if p, err := ip.Prefix(bits); err == nil && p.Addr() == ip.WithZone("") && bits < ip.BitLen() {
		if p, err = out.Prefix(bits); err == nil {
			out = p.Addr()
		}
	}
	return out, length
}

// ipLength returns how many bytes at the beginning of v may be an address.
func ipLength(v []byte) int {
	for i, c := range v {
		if !isHex(c) && c != ':' && c != '.' {
			return i
		}
	}
	return len(v)
}

// ipIn reads the address at the beginning of a run of its characters, without
// a port or a full stop behind it; size is its length, 0 for none. within says
// that the run continues a word.
func (a *Anonymizer) ipIn(run []byte, within bool) (ip netip.Addr, size int) {
	if within || len(run) < 2 {
		return ip, 0
	}
	end := len(bytes.TrimRight(run, "."))
	if colon := bytes.LastIndexByte(run[:end], ':'); colon > 0 && bytes.IndexByte(run, '.') > 0 && bytes.IndexByte(run[:colon], '.') > 0 {
		end = colon // the port of an IPv4 address
	}
	for ; end > 1; end-- {
		if ip, err := netip.ParseAddr(string(run[:end])); err == nil {
			return ip, end
		}
		if run[end-1] != ':' && run[end-1] != '.' {
			break
		}
	}
	return ip, 0
}

func isWordByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }
