// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

func TestDiagnoseBuild(t *testing.T) {
	for name, test := range map[string]struct{ log, want string }{
		"compiler": {"  CC      kernel/fork.o\n../kernel/livepatch/state.c: In function ‘f’:\n../kernel/livepatch/state.c:91:9: error: expected ‘;’ before ‘}’ token\n   91 |  return 1\nmake[4]: *** [../scripts/Makefile.build:229: kernel/livepatch/state.o] Error 1\n",
			"kernel/livepatch/state.c:91:9: error: expected ‘;’ before ‘}’ token"},
		"linker": {"  LD      vmlinux\nld: vmlinux.o: in function `f':\nstate.c:(.text+0x1): undefined reference to `g'\nmake[2]: *** [vmlinux] Error 1\n",
			"state.c:(.text+0x1): undefined reference to `g'"},
		"make": {"make: *** No rule to make target 'bzImage'.  Stop.\n", "make fails"},
	} {
		t.Run(name, func(t *testing.T) {
			err := diagnoseBuild(strings.NewReader(test.log), "/log", errors.New("exit status 2"))
			var e *blame.Error
			if !errors.As(err, &e) || e.Summary != test.want || e.Party != blame.User || e.Path != "/log" {
				t.Errorf("error is %#v", err)
			}
			if !errors.Is(err, ErrBroken) {
				t.Error("it is not ErrBroken")
			}
			if strings.Contains(e.Tail, "  CC ") || e.Tail == "" {
				t.Errorf("tail is %q", e.Tail)
			}
		})
	}
}

func TestCounter(t *testing.T) {
	var got []Progress
	c := newCounter(true, func(p Progress) { got = append(got, p) })
	for _, piece := range []string{"make: Entering\n  CC      a.o\n  C", "C [M]  b.o\n", "  GEN     x\nwarning: foo\n"} {
		if _, err := c.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 3 || got[2].Step != 3 || got[2].Of != fullBuild {
		t.Errorf("progress is %v", got)
	}
}

func TestProgressEstimates(t *testing.T) {
	half := Progress{Step: 600, Of: 1200, Elapsed: 2 * time.Minute}
	if half.Left() != 2*time.Minute {
		t.Errorf("left %v", half.Left())
	}
	if got, want := half.String(), "building the kernel: step 600 of about 1200, 2m0s, some 2m0s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, p := range []Progress{{Step: 5, Of: 1200}, {Step: 1300, Of: 1200, Elapsed: time.Hour}, {Step: 5}} {
		if p.Left() != 0 || strings.Contains(p.String(), "left") {
			t.Errorf("%+v claims to know: %s", p, p)
		}
	}
}
