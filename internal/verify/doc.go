// Package verify proves a staged copy clean before it is switched.
//
// It is a second code path: it knows whom to look for (package person), but
// nothing of how values were rewritten, and reads the copy back through each
// store's Scanner. Every e-mail address, every known full name and every
// known phone number of the source that it meets is a leak, and so is any
// address outside the domains that pseudonyms live in. A control record is
// planted in every staged store; a scan that does not find it has proved
// nothing.
package verify
