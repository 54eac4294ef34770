// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/printable"
)

// Write prints a line for each finding, with the command that fixes it below if
// something is missing, and counts the missing things that are required.
func Write(w io.Writer, findings []Finding) (missing int) {
	for _, f := range findings {
		mark := "ok     "
		switch {
		case !f.OK && f.Optional:
			mark = "without"
		case !f.OK:
			mark = "MISSING"
			missing++
		}
		fmt.Fprintf(w, "%s  %-14s %s\n", mark, f.Name, printable.Text(f.Detail))
		if !f.OK && f.Mend != "" {
			margin := strings.Repeat(" ", len(mark)+17)
			fmt.Fprintf(w, "%s→ %s\n", margin, strings.ReplaceAll(f.Mend, "\n", "\n"+margin+"  "))
		}
	}
	return missing
}
