// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"testing"

	"github.com/klptest/klptest/cases/casefile"
)

// mustParse makes a case from a script.
func mustParse(t testing.TB, script string) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse("t.txtar", []byte("Title\n\n-- transcript --\n"+script+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
