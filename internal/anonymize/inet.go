package anonymize

import (
	"bytes"
	"net/netip"
	"strconv"
)

// PostgreSQL's binary inet and cidr: family, prefix length, whether it is a
// network, the address's length, the address. The server does not read the
// third.
const (
	inetHead = 4
	inetV4   = 2
	inetV6   = 3
)

// appendInet writes the text form of an inet or a cidr: a prefix length only
// where it is not that of a single host.
func appendInet(dst, raw []byte) ([]byte, error) {
	if len(raw) < inetHead || len(raw) != inetHead+int(raw[3]) {
		return dst, errForm
	}
	ip, ok := netip.AddrFromSlice(raw[inetHead:])
	if bits := int(raw[1]); !ok || bits > ip.BitLen() || (raw[0] == inetV4) != ip.Is4() {
		return dst, errForm
	}
	dst = ip.AppendTo(dst)
	if bits := int(raw[1]); bits < ip.BitLen() {
		dst = strconv.AppendInt(append(dst, '/'), int64(bits), 10)
	}
	return dst, nil
}

// encodeInet reads what appendInet writes.
func encodeInet(dst, in []byte) ([]byte, error) {
	host, length, some := bytes.Cut(in, []byte{'/'})
	ip, err := netip.ParseAddr(string(host))
	if err != nil || ip.Zone() != "" {
		return dst, errForm
	}
	bits := ip.BitLen()
	if some {
		n, err := strconv.ParseUint(string(length), 10, 8)
		if err != nil || int(n) > bits {
			return dst, errForm
		}
		bits = int(n)
	}
	family := byte(inetV4)
	if ip.Is6() {
		family = inetV6
	}
	dst = append(dst, family, byte(bits), 0, byte(ip.BitLen()/8))
	return append(dst, ip.AsSlice()...), nil
}
