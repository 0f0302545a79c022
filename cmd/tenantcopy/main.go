// Command tenantcopy copies one production tenant into its staging twin,
// pseudonymised and proved clean.
package main

func main() {}
