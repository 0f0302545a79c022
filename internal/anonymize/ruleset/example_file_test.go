package ruleset

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

const folder = "../../../rules/"

func TestSchemaFile(t *testing.T) {
	if update := flag.Lookup("update"); update.Value.String() == "true" {
		if err := os.WriteFile(folder+"rules.schema.json", Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(folder + "rules.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, Schema()) {
		t.Error("rules/rules.schema.json is not what the table of verbs makes: go test ./internal/anonymize/ruleset -run SchemaFile -update")
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write rules/rules.schema.json")
	flag.Parse()
	os.Exit(m.Run())
}

func TestExampleFile(t *testing.T) {
	data, err := os.ReadFile(folder + "example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("example.yaml", data); err != nil {
		t.Fatal(err)
	}
}
