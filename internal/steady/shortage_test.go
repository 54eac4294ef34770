// SPDX-License-Identifier: Apache-2.0

package steady

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestShortageIn(t *testing.T) {
	for want, lines := range map[Shortage]string{
		Disk: `
fatal error: error writing to /tmp/x.s: No space left on device
../mm/slub.c:500:1: fatal error: error writing to /tmp/x.s: No space left on device
error: unable to open output file 'x.o': 'Disk quota exceeded'
ld: final link failed: No space left on device`,
		Memory: `
gcc: fatal error: Killed signal terminated program cc1
x86_64-linux-gnu-gcc-12: fatal error: Terminated signal terminated program cc1
gcc: internal compiler error: Killed (program cc1)
collect2: fatal error: ld terminated with signal 9 [Killed]
clang: error: unable to execute command: Killed
clang: error: unable to execute command: posix_spawn failed: Resource temporarily unavailable
gcc: fatal error: cannot execute 'cc1': vfork: Cannot allocate memory
/bin/sh: fork: Cannot allocate memory
/bin/sh: fork: retry: Resource temporarily unavailable
make[2]: fork: Resource temporarily unavailable
make[1]: *** [x.o] Killed
make[3]: *** [../scripts/Makefile.build:229: x.o] Error 137
make: *** [x.o] Terminated
/bin/sh: 1: Cannot fork
/bin/sh: line 1:  1234 Killed                  ld -o vmlinux
../scripts/link-vmlinux.sh: line 49: 123456 Killed                  ${ld}
Killed`,
		Heap: `
cc1: out of memory allocating 65536 bytes after a total of 1200000 bytes
virtual memory exhausted: Cannot allocate memory
LLVM ERROR: out of memory
make: *** virtual memory exhausted.  Stop.
ld: final link failed: memory exhausted
ld.lld: error: failed to open vmlinux.o: Cannot allocate memory
FATAL: modpost: Memory allocation failure: malloc(size).
memory allocation of 65536 bytes failed
terminate called after throwing an instance of 'std::bad_alloc'`,
		None: `
  CC      mm/oom_kill.o
   12 |         pr_err("out of memory");
	pr_err("No space left on device");
    pr_err("gcc: fatal error: Killed signal terminated program cc1");
      | Killed
../x.c:12:2: error: #error out of memory
../x.c:12:2: error: #error No space left on device
../x.c:12:2: error: out of memory
../x.c:9:1: error: static assertion failed: "Cannot allocate memory"
../x.c:4:9: error: 'Killed' undeclared (first use in this function)
../x.c:4:9: warning: x: Killed
../Makefile:3: *** out of memory.  Stop.
ERROR: modpost: "out of memory" [x.ko] undefined!
gcc: internal compiler error: Segmentation fault signal terminated program cc1
gcc: internal compiler error: CPU time limit exceeded signal terminated program as
make[1]: *** [x.o] Error 1`,
	} {
		for line := range strings.SplitSeq(lines[1:], "\n") {
			if got := ShortageIn(line); got != want {
				t.Errorf("%q: %d, want %d", line, got, want)
			}
		}
	}
}

func TestFirstShortage(t *testing.T) {
	for output, want := range map[string]Shortage{
		"  CC a.o\nKilled\ncc1: out of memory\n": Memory,
		"  CC a.o\ncc1: out of memory":           Heap,
		"  CC a.o\n":                             None,
		"":                                       None,
	} {
		if got := FirstShortage(output); got != want {
			t.Errorf("%q: %d, want %d", output, got, want)
		}
	}
}

func TestShortageIsTheHosts(t *testing.T) {
	for s, want := range map[Shortage]string{Disk: "no room to build", Memory: "no memory to build", Heap: "no memory to build"} {
		if err := s.Fault("to build"); blame.Of(err) != blame.Rig || err.Summary != want || err.Advice == "" {
			t.Errorf("%#v", err)
		}
	}
}
