// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// WriteKTAP writes one report of several runs: a test for each run, with a subtest
// for each case.
func WriteKTAP(w io.Writer, docs []Document) error {
	if _, err := fmt.Fprintf(w, "KTAP version 1\n1..%d\n", len(docs)); err != nil {
		return err
	}
	for i, d := range docs {
		d.Planned = d.Total
		name := ktapName(d.On())
		var b bytes.Buffer
		if err := d.Play(&ktap{w: &b, subtest: name}); err != nil {
			return err
		}
		text := strings.ReplaceAll("\n"+strings.TrimSuffix(b.String(), "\n"), "\n", "\n  ")
		if _, err := fmt.Fprintf(w, "%s\n%s\n", text[1:], runLine(i+1, name, d)); err != nil {
			return err
		}
	}
	return nil
}

// runLine is the result line of run number n.
func runLine(n int, name string, d Document) string {
	t := count(d.Results())
	switch {
	case d.Error != "" || t.Failed+t.Errors > 0 || t.sum() < d.Total:
		return fmt.Sprintf("not ok %d %s", n, name)
	case t.Skipped == t.sum():
		return fmt.Sprintf("ok %d %s # SKIP no case applies", n, name)
	}
	return fmt.Sprintf("ok %d %s", n, name)
}
