package rules

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestEmbedded(t *testing.T) {
	var schema struct{ Definitions map[string]any }
	if err := json.Unmarshal(Schema(), &schema); err != nil || len(schema.Definitions) == 0 {
		t.Errorf("schema: %v, %d definitions", err, len(schema.Definitions))
	}
	if !bytes.HasPrefix(Example(), []byte("# yaml-language-server: $schema=./rules.schema.json\n")) {
		t.Error("the example does not name its schema")
	}
	Schema()[0] = 'x'
	if Schema()[0] == 'x' {
		t.Error("the bytes are shared")
	}
}
