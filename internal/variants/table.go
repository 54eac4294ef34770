// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// Table shows the kernels, then each case that did not pass, with the reason.
func Table(trials []Trial) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kernel\tbuilt in\tpassed\tskipped\tfailed\toptions")
	for _, t := range trials {
		fmt.Fprintln(w, t.row())
	}
	w.Flush()
	names := naming(trials)
	for _, t := range trials {
		b.WriteString(t.notPassed(names))
	}
	return b.String()
}

func (t Trial) row() string {
	options := strings.Join(t.Options, " ")
	if t.Err != nil {
		return fmt.Sprintf("%s\t%s\t-\t-\t-\t%s", t.Name, t.Built.Round(time.Second), options)
	}
	return fmt.Sprintf("%s\t%s\t%d\t%d\t%d\t%s", t.Name, t.Built.Round(time.Second),
		t.count(judge.Pass), t.count(judge.Skip), len(t.failures()), options)
}

// notPassed has a line for each case that did not pass.
func (t Trial) notPassed(names judge.Naming) string {
	var b strings.Builder
	if t.Err != nil {
		fmt.Fprintf(&b, "ERROR %s: %v\n", t.Name, t.Err)
	}
	for _, r := range t.Results {
		if r.Verdict != judge.Pass {
			fmt.Fprintf(&b, "%-5s %s: %s: %s\n", r.Verdict, t.Name, names.Of(r.ID()), cmp.Or(r.Reasons...))
		}
	}
	return b.String()
}

// Line tells which options are to blame.
func (f Finding) Line() string {
	line := fmt.Sprintf("%s fails on %s: ", f.Name, strings.Join(f.Kernels, ", "))
	switch {
	case f.Plain:
		return line + "whatever the options"
	case len(f.Options) > 0:
		return line + "for " + strings.Join(f.Options, ", ")
	}
	return line + "for no option alone; perhaps for these together: " + strings.Join(f.Suspects, ", ")
}
