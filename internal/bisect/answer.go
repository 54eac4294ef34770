// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"fmt"
	"strings"

	"github.com/klptest/klptest/internal/git"
	"github.com/klptest/klptest/internal/printable"
)

// Text says what was found, and what could not be judged.
func (a *Answer) Text(ctx context.Context, r *git.Repo) string {
	var out strings.Builder
	describe := func(sha string) string {
		subject, err := r.Subject(ctx, sha)
		if err != nil {
			return sha
		}
		return sha + " " + printable.Text(subject)
	}
	if a.First != "" {
		fmt.Fprintf(&out, "first bad commit: %s\n", describe(a.First))
		if why := a.Of(a.First).Why; why != "" {
			fmt.Fprintf(&out, "  %s\n", printable.Text(why))
		}
	} else {
		fmt.Fprintln(&out, "the first bad commit is one of these; not all of them could be judged:")
		for _, sha := range a.Possible {
			fmt.Fprintf(&out, "  %s\n", describe(sha))
		}
	}
	for _, n := range a.Skipped() {
		fmt.Fprintf(&out, "skipped: %.12s %s: %s\n", n.Commit, printable.Text(n.Subject), printable.Text(n.Why))
	}
	return out.String()
}
