// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// compiledSchema returns the schema with an ID.
func compiledSchema(t *testing.T, id string) *jsonschema.Schema {
	t.Helper()
	return compiled(t, Schema, map[string]string{resultsID: "#", schemaID: "#/$defs/run"}[id])
}

func kcidbSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/kcidb.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, string(text), "#")
}

// compiled returns a part of a schema.
func compiled(t *testing.T, text, place string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(resultsID, unmarshal(t, text)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(resultsID + place)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func unmarshal(t *testing.T, text string) any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func validate(t *testing.T, document string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(document)))
	if err != nil {
		return err
	}
	id := schemaID
	if strings.Contains(document, resultsID) {
		id = resultsID
	}
	return compiledSchema(t, id).Validate(doc)
}

func jsonOutput(t *testing.T, total int, results []judge.Result) string {
	t.Helper()
	return output(t, func(b *bytes.Buffer) Reporter { return NewJSON(b) }, total, results)
}

func TestJSONValidates(t *testing.T) {
	odd := []judge.Result{{Name: "odd", Verdict: "odd"}, {}}
	for name, document := range map[string]string{
		"samples":   jsonOutput(t, len(samples()), samples()),
		"cut short": jsonOutput(t, 9, samples()[:1]),
		"nothing":   jsonOutput(t, 0, nil),
		"odd":       jsonOutput(t, 2, odd),
	} {
		if err := validate(t, document); err != nil {
			t.Errorf("%s: %v\n%s", name, err, document)
		}
	}
	for _, s := range hostile {
		document := jsonOutput(t, 1, []judge.Result{hostileResult(judge.Error, s, s, s)})
		if err := validate(t, document); err != nil {
			t.Errorf("%q: %v\n%s", s, err, document)
		}
	}
}

func TestJSONHostile(t *testing.T) {
	for _, s := range hostile {
		document := jsonOutput(t, 1, []judge.Result{hostileResult(judge.Fail, s, s, s)})
		var got struct{ Results []jsonResult }
		if err := json.Unmarshal([]byte(document), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		text := printable.Text(s)
		want := []jsonResult{{
			Name: text, Title: text, File: text, Verdict: judge.Fail, Reasons: []string{printable.Line(s), printable.Line(s)},
			Advice: text, Diff: text, Tail: text, Log: text, QEMU: text, Expected: printable.Line(s),
			Confirmation: &judge.Confirmation{Failed: 2, Runs: 3, Unjudged: []string{printable.Line(s)}, Otherwise: []string{printable.Line(s)}},
			Discarded:    []judge.Discarded{{Reason: printable.Line(s), Log: text}},
		}}
		if d := cmp.Diff(want, got.Results); d != "" {
			t.Errorf("%q (-want +got):\n%s", s, d)
		}
	}
}

// TestSchemaRefuses shows that the schema rejects invalid documents.
func TestSchemaRefuses(t *testing.T) {
	for what, change := range map[string]func(doc, result map[string]any){
		"another schema":   func(doc, _ map[string]any) { doc["schema"] = "urn:klptest:report:2" },
		"an unknown key":   func(doc, _ map[string]any) { doc["more"] = 1 },
		"no release":       func(doc, _ map[string]any) { delete(doc, "release") },
		"no time":          func(doc, _ map[string]any) { doc["started"] = "yesterday" },
		"no counts":        func(doc, _ map[string]any) { doc["counts"] = map[string]any{} },
		"a verdict":        func(_, result map[string]any) { result["verdict"] = "pass" },
		"seconds as text":  func(_, result map[string]any) { result["seconds"] = "1.2s" },
		"no seed":          func(doc, _ map[string]any) { doc["shuffle"] = 0 },
		"a key of results": func(_, result map[string]any) { result["duration_ns"] = 1 },
	} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(jsonOutput(t, 1, samples()[:1])), &doc); err != nil {
			t.Fatal(err)
		}
		change(doc, doc["results"].([]any)[0].(map[string]any))
		if err := compiledSchema(t, schemaID).Validate(doc); err == nil {
			t.Errorf("the schema accepts %s", what)
		}
	}
}
