// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestIntegrationJSON validates the output of a real run against the schema.
func TestIntegrationJSON(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("../../internal/report/schema.json#/$defs/run")
	if err != nil {
		t.Fatal(err)
	}
	out, err := klptest("", "run", "--format", "json", "state-add", "data-copy").Output()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
