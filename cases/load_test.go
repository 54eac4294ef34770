// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

// TestOtherThanCases: an argument that is something else than a case is told what it is.
func TestOtherThanCases(t *testing.T) {
	t.Chdir(t.TempDir())
	filetest.Put(t, "directory/one.txtar", "A.\n\n-- transcript --\n% insmod klp_a\n")
	filetest.Put(t, "file", "A.\n")
	filetest.Put(t, "own.klpbundle", "PK\x00")
	for arg, want := range map[string][2]string{
		"own.klpbundle":   {"own.klpbundle is a bundle, not a case", "klptest repro own.klpbundle runs it again; klptest show own.klpbundle prints what is in it"},
		"./own.klpbundle": {"./own.klpbundle is a bundle, not a case", "klptest repro ./own.klpbundle runs it again; klptest show ./own.klpbundle prints what is in it"},
		"directory":       {"directory is a directory, not the name of a case", "give it as ./directory"},
		"file":            {`no case is called "file"`, "the file here is ./file"},
		"nothing":         {`no case is called "nothing"`, "klptest list shows the names"},
	} {
		_, err := Load([]string{arg})
		var b *blame.Error
		if !errors.As(err, &b) || err.Error() != want[0] || b.Advice != want[1] {
			t.Errorf("%s: %v", arg, err)
		}
	}
	if list, err := Load([]string{"./directory"}); err != nil || len(list) != 1 {
		t.Errorf("%d cases, %v", len(list), err)
	}
}
