// Package packed rewrites values that a program has serialised, as bytes: MessagePack, PHP's serialize() and PHP's
// sessions. It shows their keys and scalars to the same visitor as JSON's, by the same paths, so that one rule reads all
// of them. What the visitor keeps stays identical to the last byte; counts and lengths around a change are set anew.
//
// It also knows by name the serialisations that nothing here reads, see Foreign.
//
// Offsets and lengths are bytes everywhere. Errors say nothing of the data. Nothing here starts a goroutine.
package packed
