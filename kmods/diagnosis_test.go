// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const compileLog = `  CC [M]  /c/tmp/klp_x.o
/c/tmp/klp_x.c: In function 'klp_x_init':
/c/tmp/klp_x.c:4:9: error: 'foo' undeclared (first use in this function)
    4 |         foo();
      |         ^~~
make[2]: *** [/usr/src/linux-headers-6.12-common/scripts/Makefile.build:229: /c/tmp/klp_x.o] Error 1
make[1]: *** [/usr/src/linux-headers-6.12-common/Makefile:1945: /c/tmp] Error 2
make: *** [/usr/src/linux-headers-6.12-common/Makefile:236: __sub-make] Error 2
`

const linkLog = `  CC [M]  /c/tmp/klp_x.o
  MODPOST /c/tmp/Module.symvers
ERROR: modpost: "no_such_function" [/c/tmp/klp_x.ko] undefined!
make[2]: *** [/usr/src/linux-headers-6.12-common/scripts/Makefile.modpost:145: /c/tmp/Module.symvers] Error 1
`

func TestDiagnose(t *testing.T) {
	for _, tt := range []struct{ name, log, summary, tail string }{
		{
			"compile", compileLog, "klp_x.c does not compile",
			"klp_x.c: In function 'klp_x_init':\n" +
				"klp_x.c:4:9: error: 'foo' undeclared (first use in this function)\n" +
				"    4 |         foo();\n      |         ^~~\n",
		},
		{
			"generated", "make[2]: *** [/k/scripts/Makefile.modfinal:30: /c/tmp/klp_x.mod.o] Error 1\n",
			"klp_x.mod.c, which Kbuild makes for klp_x.c, does not compile",
			"make[2]: *** [/k/scripts/Makefile.modfinal:30: klp_x.mod.o] Error 1\n",
		},
		{
			"overtime", "gcc: internal compiler error: CPU time limit exceeded signal terminated program as\n" +
				"make[2]: *** [/k/scripts/Makefile.build:229: /c/tmp/klp_x.o] Error 4\n",
			"klp_x.c does not compile: a program took more than a minute of processor time",
			"gcc: internal compiler error: CPU time limit exceeded signal terminated program as\n",
		},
		{"link", linkLog, "klp_x.c does not link", "ERROR: modpost: \"no_such_function\" [klp_x.ko] undefined!\n"},
		{"license", "ERROR: modpost: missing MODULE_LICENSE() in /c/tmp/klp_x.o\n", "the modules do not build", "ERROR: modpost: missing MODULE_LICENSE() in klp_x.o\n"},
		{"other", "make: *** No rule to make target 'modules'.  Stop.\n", "the modules do not build", "make: *** No rule to make target 'modules'.  Stop.\n"},
		{
			"after a warning", "warning: pahole version differs\n  CC [M]  klp_x.o\nmake[2]: *** No rule to make target 'klp_x.ko'.  Stop.\nmake[1]: *** [/k/Makefile:2184: modules] Error 2\n",
			"the modules do not build", "warning: pahole version differs\nmake[2]: *** No rule to make target 'klp_x.ko'.  Stop.\n",
		},
		{"empty", "", "the modules do not build", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			summary, tail := diagnose(tt.log, "/c/tmp")
			if diff := cmp.Diff([]string{tt.summary, tt.tail}, []string{summary, tail}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiagnoseCaps(t *testing.T) {
	for _, log := range []string{strings.Repeat("x: error: no\n", 1000), strings.Repeat("x", 1<<20)} {
		_, tail := diagnose(log, "/c/tmp")
		if n := strings.Count(tail, "\n"); n > maxTailLines+1 || len(tail) > maxTailBytes+100 {
			t.Errorf("%d lines, %d bytes", n, len(tail))
		}
		if !strings.HasSuffix(tail, "…\n") {
			t.Errorf("the cut is not shown: %q", tail[max(0, len(tail)-20):])
		}
	}
}

func FuzzDiagnose(f *testing.F) {
	f.Add(compileLog)
	f.Add(linkLog)
	f.Fuzz(func(t *testing.T, log string) {
		summary, tail := diagnose(log, "/c/tmp")
		if strings.Contains(summary, "\n") || len(tail) > maxTailBytes+100 {
			t.Errorf("%q, %d bytes", summary, len(tail))
		}
	})
}
