// SPDX-License-Identifier: Apache-2.0

package shellword

import (
	"os/exec"
	"testing"
)

// TestQuote lets a shell read the quoted words.
func TestQuote(t *testing.T) {
	for _, word := range []string{"", "plain", "a b", "it's", "$(id)", "`id`", "a\nb", `back\slash`, "*", "~", "#x", "a=b,c:d"} {
		out, err := exec.Command("sh", "-c", "printf %s "+Quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q comes back as %q, %v", word, out, err)
		}
	}
}

func TestJoin(t *testing.T) {
	if got, want := Join([]string{"klptest", "run", "a b", ""}), `klptest run 'a b' ''`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
