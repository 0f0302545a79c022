package packed

import (
	"bytes"
	"encoding/binary"
)

// This room knows serialisations and compressions that nothing here reads, by how they begin. Brotli, raw deflate, raw
// snappy, protobuf and Go's gob begin like anything else and are not among them.

// Foreign returns what a value is that no rule can look into, "" if it is none of those.
func Foreign(v []byte) string {
	if len(v) < 4 || v[0] >= '0' && v[0] <= 'z' && v[0] != 'B' {
		return ""
	}
	for _, f := range foreign() {
		if bytes.HasPrefix(v, []byte(f.head)) {
			return f.name
		}
	}
	switch {
	case v[0] == 0x80 && v[1] >= 2 && v[1] <= 5 && v[len(v)-1] == '.':
		return "a Python pickle"
	case v[0] == 4 && v[1] == 8 && bytes.IndexByte([]byte("[{\"oIiUCceflmMSu/:0TF@"), v[2]) >= 0:
		return "a Ruby Marshal dump"
	case v[len(v)-1] == 0 && len(v) >= 5 && uint64(binary.LittleEndian.Uint32(v)) == uint64(len(v)) && v[4] <= 0x13:
		return "BSON"
	}
	return ""
}

// heads are the beginnings that are enough.
type heads struct{ head, name string }

func foreign() []heads {
	return []heads{
		{"\x28\xb5\x2f\xfd", "compressed with zstd"},
		{"\x04\x22\x4d\x18", "compressed with lz4"},
		{"\xff\x06\x00\x00sNaPpY", "compressed with snappy"},
		{"\xfd7zXZ\x00", "compressed with xz"},
		{"BZh91AY&SY", "compressed with bzip2"},
		{"\xac\xed\x00\x05", "a Java serialisation"},
		{"\x00\x00\x00\x02", "an igbinary serialisation"},
		{"\x00\x01\x00\x00\x00\xff\xff\xff\xff", "a .NET serialisation"},
		{"\xd9\xd9\xf7", "CBOR"},
	}
}
