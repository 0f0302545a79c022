package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
	"github.com/tenantcopy/tenantcopy/internal/tenant"
)

// keyCommand groups what concerns the root key.
func (a *app) keyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Make a root key",
		Long: "Every pseudonym hangs on the root key and the tenant's name: the same key gives a tenant the same pseudonyms on every\n" +
			"machine, in every environment, for ever. Whoever holds it can link pseudonyms to people, so it stays where copies run.\n" +
			"To make all pseudonyms anew without a new key, raise key: {epoch: 2} in tenantcopy.yaml.",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{what: fmt.Sprintf("unknown command %q for tenantcopy key", args[0]), hint: "tenantcopy key new makes one"}
			}
			return usageError{what: "key needs a word", hint: "tenantcopy key new makes one"}
		},
	}
	var file string
	create := &cobra.Command{
		Use: "new", Short: "Print a new root key, 32 random bytes in base64", Args: noArgs,
		Long: "key new prints a new root key and nothing else, for a vault to take:\n\n" +
			"  tenantcopy key new | az keyvault secret set --vault-name copies --name tenantcopy-key --file /dev/stdin\n\n" +
			"--out writes it into a file that only you can read, and never over one that is there. The key's fingerprint,\n" +
			"by which manifests name it, is told beside it.",
		RunE: func(*cobra.Command, []string) error { return a.newKey(file) },
	}
	create.Flags().StringVar(&file, "out", "", "write it into this new file (mode 0600) instead")
	cmd.AddCommand(create)
	return cmd
}

// newKey makes a root key. It is the one secret that is meant to be printed, so
// it is not hidden from the output.
func (a *app) newKey(file string) error {
	var random [person.MinKey]byte
	_, _ = rand.Read(random[:]) // never fails, see crypto/rand
	key := base64.StdEncoding.EncodeToString(random[:])
	root, err := person.ParseRoot(tenant.NewSecret(key))
	if err != nil {
		return err
	}
	if file == "" {
		fmt.Fprintln(a.out, key)
		fmt.Fprintf(a.err, "root key %s: keep it where copies run, and nowhere else; a lost key cannot be made again\n", root.Fingerprint())
		return nil
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return refuse("write the root key", file+" is there already", "name another file: the key in it may be in use, and cannot be made again")
	case err != nil:
		return refuse("write the root key", file+" cannot be made: "+whyUnread(err), "name a file in a folder that can be written")
	}
	_, err = fmt.Fprintln(f, key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return refuse("write the root key", file+" cannot be written", "make room there, or name another file")
	}
	fmt.Fprintf(a.out, "root key %s is in %s\n", root.Fingerprint(), file)
	return nil
}
