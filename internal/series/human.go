// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"io"
	"strings"
)

// Human writes the table for a terminal: a line for each kernel, and below it a
// line for each case that does not pass on some kernel. patches is how many the series
// has; steps are fewer if it ended early.
func Human(w io.Writer, steps []Step, patches int) error {
	t := newTable(steps, patches)
	var b strings.Builder
	for i := range steps {
		fmt.Fprintf(&b, "%s: %s\n", t.label(i), t.summary(i))
		if note := steps[i].Note; note != "" {
			fmt.Fprintf(&b, "      %s\n", note)
		}
		for _, line := range strings.Split(steps[i].Why, "\n") {
			if line != "" {
				fmt.Fprintf(&b, "      %s\n", line)
			}
		}
		for _, id := range t.columns {
			fmt.Fprintf(&b, "      %-32s %s\n", t.names.Of(id), t.cell(i, id))
			if why := t.trouble(i, id); why != "" {
				fmt.Fprintf(&b, "        %s\n", why)
			}
		}
	}
	for _, line := range t.alikeLines() {
		fmt.Fprintln(&b, line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
