package anonymize

// Form says how the values of a field stand on the wire, so that a rule can
// read and write them. Kept values are never decoded.
type Form int

// The forms. The binary ones are PostgreSQL's.
const (
	FormText       Form = iota // text as it is: varchar, keyword, a Redis string
	FormJSON                   // JSON text
	FormJSONB                  // one version byte, then JSON text
	FormInt                    // big-endian integer of 2, 4 or 8 bytes
	FormFloat                  // IEEE 754, 4 or 8 bytes
	FormNumeric                // PostgreSQL's base-10000 numeric
	FormBool                   // one byte
	FormUUID                   // 16 bytes
	FormDate                   // days since 2000-01-01, 4 bytes
	FormTimestamp              // microseconds since 2000-01-01, 8 bytes
	FormTime                   // microseconds since midnight, 8 bytes
	FormTimeTZ                 // the same, then how many seconds its zone is behind UTC, 4 bytes
	FormInterval               // microseconds, 8 bytes, days and months, 4 bytes each
	FormRange                  // binary range over numbers or dates, see Field.Parts
	FormMultirange             // several of them
	FormInet                   // inet or cidr: family, prefix length, whether it is a network, length and bytes of the address
	FormTextArray              // binary array with elements of FormText
	FormArray                  // binary array with elements of any other form, see Field.Parts
	FormRecord                 // binary composite, whose attributes are Field.Parts
	FormHstore                 // binary hstore: pairs of texts
	FormBytes                  // bytes
	FormEnum                   // the label of an enum: only set, with one of its labels
	FormOpaque                 // anything else: only keep and null apply
)
