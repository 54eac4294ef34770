// SPDX-License-Identifier: Apache-2.0

package casefile

import "testing"

func TestLocate(t *testing.T) {
	c, err := Parse("d/mine.txtar", []byte("Title\n\n-- transcript --\n% insmod mine\n-- mine.c --\n#include \"mine.h\"\nint x y;\n-- mine.h --\nbad;\n"))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"mine.c:2:7: error: expected\n    2 | int x y;\n": "d/mine.txtar:7:7: mine.c:2:7: error: expected\n    2 | int x y;\n",
		"In file included from mine.c:1:\nmine.h:1: bad":  "In file included from mine.c:1:\nd/mine.txtar:9: mine.h:1: bad",
		"other.c:1:1: error":                              "other.c:1:1: error",
		"mine.c: In function 'f':":                        "mine.c: In function 'f':",
	} {
		if got := c.Locate(in); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
