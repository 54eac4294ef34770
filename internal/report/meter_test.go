// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// endless repeats a text forever.
type endless struct{ text string }

func (e endless) Read(p []byte) (n int, err error) {
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

// TestAttackReportsTakeLittleMemory: reading any endless report ends, and uses memory
// in proportion to the limit.
func TestAttackReportsTakeLittleMemory(t *testing.T) {
	defer func(most int64) { maxReport = most }(maxReport)
	maxReport = 16 << 20
	const run = `{"schema":"urn:klptest:report:1","results":[`
	for name, tt := range map[string]struct{ head, unit string }{
		"lines":      {`{"coverage":[{"lines":[{}`, ",{}"},
		"branches":   {`{"coverage":[{"lines":[{"branches":[0`, ",0"},
		"files":      {`{"coverage":[{}`, ",{}"},
		"tests":      {`{"tests":[""`, `,""`},
		"fields":     {`{"a":0`, `,"a":0`},
		"text":       {`{"diff":"`, "aaaaaaaa"},
		"white":      {`{`, "        "},
		"text of \\": {`{"diff":"`, `\"\\`},
		"answers":    {run + `{"observation":{"answers":[{}`, ",{}"},
		"records":    {run + `{"observation":{"answers":[{"records":[{}`, ",{}"},
		"subtests":   {run + `{"subtests":[{}`, ",{}"},
		"discarded":  {run + `{"discarded":[{}`, ",{}"},
		"reasons":    {run + `{"reasons":[""`, `,""`},
		"results":    {run + "{}", ",{}"},
		"runs":       {`{"schema":"urn:klptest:results:1","runs":[{}`, ",{}"},
		"deep":       {run, "["},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			docs, err := Read(io.MultiReader(strings.NewReader(tt.head), endless{tt.unit}))
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Errorf("%d runs were read", len(docs))
			}
			// Most allocations become garbage at once: growing lists.
			most := 12 * uint64(maxReport)
			if name == "results" || name == "runs" {
				most = 4000 * maxOutcomes
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > most {
				t.Errorf("%d MB for a report of %d MB: %v", took>>20, maxReport>>20, err)
			}
		})
	}
}

// TestMeter: values are counted only outside strings.
func TestMeter(t *testing.T) {
	for text, want := range map[string]int64{
		`{}`:                  perObject,
		`{"a":[1,2]}`:         perObject + 2*perValue,
		`{"a":"[1,{2]"}`:      perObject,
		`{"a\"[,":"\\",,"["}`: perObject + 2*perValue,
		`{"a":"\\\"["}`:       perObject,
	} {
		m := &meter{in: strings.NewReader(text)}
		if _, err := io.ReadAll(m); err != nil || m.cost != want+int64(len(text)) {
			t.Errorf("%s: %d, %v", text, m.cost-int64(len(text)), err)
		}
	}
	m := &meter{in: endless{" "}}
	if _, err := io.ReadAll(m); fmt.Sprint(err) != "a part of the report is larger than 32 MB" {
		t.Error(err)
	}
}
