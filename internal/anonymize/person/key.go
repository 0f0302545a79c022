package person

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
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
	return newPRF(derive(k.root, k.prefix+kind, sha256.Size))
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
