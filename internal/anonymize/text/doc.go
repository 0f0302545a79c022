// Package text finds people, e-mail addresses, phone numbers and places of the source in text and in JSON, and
// rewrites them. It knows no rule and no pseudonym: the layer above hands it a dictionary of people and a Resolver
// that spells the replacement.
//
// The rooms of the package:
//
//   - fold.go, words.go, gap.go, unseen.go: when two spellings are the same word, where words begin, what may stand between
//     them, what nobody sees
//   - dictionary.go, trie.go, walk.go: the token trie that finds names
//   - forms.go, render.go: the ways a name is written, and writing a pseudonym the same way
//   - email.go, spelled.go, phone.go, phonelike.go, places.go: detectors that need no dictionary
//   - known.go: numbers that only the people of the source make phone numbers
//   - json*.go: the byte-level JSON rewriter
//   - engine.go, policy.go, titles.go, common*.go: free text, and what counts as a mention in it
//   - unspaced*.go, cues.go, korean.go: the same in Chinese, Japanese and Korean
//   - layers.go, codecs.go, escapes.go, writings.go, percent.go, html.go, tags.go, rtf.go, base64.go, hex.go, mail.go, compress.go,
//     packed.go, garbled.go: looking through encodings
//
// Offsets and lengths are bytes everywhere. Errors name offsets, never the text at them. Nothing here starts a
// goroutine; Dictionary and Engine are immutable and may be shared by any number of them.
package text
