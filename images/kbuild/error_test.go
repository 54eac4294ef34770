// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"strings"
	"testing"

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
