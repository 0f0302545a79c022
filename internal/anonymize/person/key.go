package person

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// MinKey is the least length of a root key, in bytes.
const MinKey = 32

// ErrKey is why a root key was refused. It never quotes the key.
var ErrKey = errors.New("the root key must be at least 32 random bytes, written in base64 or hex")

// Root is the root key. Everything else is derived from it; it never leaves
// the process.
type Root struct{ key []byte }

// ParseRoot reads a root key in base64 (standard or URL alphabet, padded or
// not) or in hex. Fewer than MinKey bytes, or bytes that are all the same, are
// refused with ErrKey.
func ParseRoot(s tenant.Secret) (Root, error) {
	text := strings.TrimSpace(s.Reveal())
	key, err := hex.DecodeString(text)
	if err != nil {
		text = strings.TrimRight(text, "=")
		if key, err = base64.RawStdEncoding.DecodeString(text); err != nil {
			key, err = base64.RawURLEncoding.DecodeString(text)
		}
	}
	if err != nil || len(key) < MinKey || strings.Count(string(key), string(key[:1])) == len(key) {
		return Root{}, ErrKey
	}
	return Root{key: key}, nil
}

// Fingerprint returns 16 hex digits that tell two root keys apart and say
// nothing about either.
func (r Root) Fingerprint() string {
	return hex.EncodeToString(derive(r.key, "fingerprint", 8))
}

// Keyring holds the keys of one origin and epoch: two tenants never share
// one, so they cannot be linked; every environment of one tenant does.
type Keyring struct {
	root   []byte
	prefix string
}

// Keyring returns the keys of origin (the tenant's name in the catalogue,
// without its environment) in an epoch.
func (r Root) Keyring(origin string, epoch int) Keyring {
	return Keyring{root: r.key, prefix: origin + "/" + strconv.Itoa(epoch) + "/"}
}

// PRF returns a keyed function for one kind of value.
func (k Keyring) PRF(kind string) *PRF {
	return &PRF{mac: hmac.New(sha256.New, derive(k.root, k.prefix+kind, sha256.Size))}
}

// derive is HKDF-SHA256 with the purpose as info, and without a salt: the
// root key is random already.
func derive(root []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, root, nil, "tenantcopy/v1/"+purpose, size)
	if err != nil {
		panic(fmt.Sprintf("derive key: %v", err)) // only when size is over 255 hashes
	}
	return key
}

// PRF is HMAC-SHA256 under one derived key. It belongs to one goroutine.
type PRF struct {
	mac hash.Hash
	sum [sha256.Size]byte
	buf []byte // the parts in one piece: what is handed to the hash leaves the stack
}

// Sum returns the 32 bytes for a sequence of parts; each part is preceded by
// its length, so that ("ab","c") and ("a","bc") differ. The result is valid
// until the next call.
func (p *PRF) Sum(parts ...[]byte) []byte {
	p.buf = p.buf[:0]
	for _, part := range parts {
		p.buf = binary.BigEndian.AppendUint32(p.buf, uint32(len(part)))
		p.buf = append(p.buf, part...)
	}
	p.mac.Reset()
	p.mac.Write(p.buf)
	if cap(p.buf) > 1<<16 {
		p.buf = nil
	}
	return p.mac.Sum(p.sum[:0])
}

// Draw returns a 64-bit draw for a sequence of parts.
func (p *PRF) Draw(parts ...[]byte) uint64 {
	return binary.BigEndian.Uint64(p.Sum(parts...))
}
