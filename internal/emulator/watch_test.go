// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// found returns the fault of the emulator that a log shows, or "".
func found(log string) string {
	var w Watch
	for line := range strings.SplitSeq(log, "\n") {
		w.Line(line)
	}
	return w.found
}

var stamp = regexp.MustCompile(`(?m)^\[ *\d+\.\d+\] `)

// logs returns the files of testdata that match a pattern, without time stamps.
// Those named kernel-… are consoles of Linux 6.12 under QEMU, crashed by a
// module in the way that the name says, without the unreliable lines of the
// stack.
func logs(t testing.TB, pattern string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	list := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list[filepath.Base(path)] = stamp.ReplaceAllString(string(text), "")
	}
	return list
}

func TestKernelsOwnFaults(t *testing.T) {
	for name, log := range logs(t, "kernel-*.log") {
		if what := found(log); what != "" {
			t.Errorf("%s: %s", name, what)
		}
	}
}

// TestRegistersOfEachLogAreRead: the same logs with other EFLAGS are blamed on
// the emulator, so their registers are read.
func TestRegistersOfEachLogAreRead(t *testing.T) {
	kernels := regexp.MustCompile(`(RIP: 0010:[^\n]*\n[^\n]*\nRSP: [0-9a-f:]+ EFLAGS: )[0-9a-f]+`)
	for name, log := range logs(t, "kernel-*.log") {
		spoiled := kernels.ReplaceAllString(log, "${1}1fa887e2")
		if spoiled == log {
			if name != "kernel-stack-smashed.log" {
				t.Errorf("%s has no registers of the kernel", name)
			}
			continue
		}
		if what := found(spoiled); !strings.HasPrefix(what, "EFLAGS are 1fa887e2 at ") {
			t.Errorf("%s: %q", name, what)
		}
	}
}

// TestCmpxchg16b reads the crash that QEMU before 8.0 causes: the oops is a
// consequence of the #DB.
func TestCmpxchg16b(t *testing.T) {
	log := logs(t, "emulator-cmpxchg16b.log")["emulator-cmpxchg16b.log"]
	const want = "EFLAGS are 1fa887e2 at __kmalloc_cache_noprof+0x11c/0x300; no instruction can change bits 1f808020"
	if got := found(log); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	_, oops, _ := strings.Cut(log, "end trace")
	if what := found(oops); what != "" {
		t.Errorf("the oops alone: %s", what)
	}
}

const (
	null  = "BUG: kernel NULL pointer dereference, address: 0000000000000010\nOops: Oops: 0002 [#1] PREEMPT SMP NOPTI\n"
	cpu   = "CPU: 0 UID: 0 PID: 1 Comm: insmod Not tainted 6.12\n"
	sound = "RIP: 0010:f+0x1/0x2\nCode: 00\nRSP: 0018:ffffc90000003e98 EFLAGS: 00010246\n"
	trace = "Call Trace:\n <TASK>\n"
)

func registers(cs, rip, flags string) string {
	return "RIP: " + cs + ":" + rip + "\nCode: 90 <0f> 0b\nRSP: 0018:ffffc90000003e98 EFLAGS: " + flags + "\n"
}

var (
	rubbish = registers("0010", "f+0x1/0x2", "1fa887e2")
	poison  = registers("0010", "0xdead000000000122", "00010246")
)

func TestWatch(t *testing.T) {
	tests := []struct {
		name, log string
		emulator  bool
	}{
		{"sound", null + cpu + sound, false},
		{"rubbish", null + cpu + rubbish, true},
		{"rubbish, without a processor's line", rubbish, true},
		{"a later dump", null + cpu + sound + trace + " f+0x1/0x2\n---[ end trace 0 ]---\n" + rubbish, true},
		{"user space's registers", cpu + registers("0033", "0x40d00e", "1fa887e2"), false},
		{"a kernel thread's registers", cpu + sound + trace + " ret_from_fork_asm+0x1a/0x30\nRIP: 0000:0x0\nCode: Unable to access opcode bytes at 0xffffffffffffffd6.\n" +
			"RSP: 0000:0000000000000000 EFLAGS: 00000000 ORIG_RAX: 0000000000000000\n", false},
		{"interrupted function", cpu + sound + trace + " asm_exc_debug+0x1e/0x40\n" + rubbish, true},
		{"interrupted function, on another stack", cpu + sound + "Call Trace:\n <IRQ>\n sysvec_x+0x1/0x2\n </IRQ>\n <TASK>\n asm_sysvec_x+0x1a/0x20\n" + rubbish, true},
		{"older registers of the stack", cpu + sound + trace + " asm_exc_page_fault+0x22/0x30\n" + sound + " asm_sysvec_x+0x1a/0x20\n" + rubbish, false},
		{"registers that ftrace has saved", cpu + sound + trace + " ftrace_regs_call+0x5/0x77\n" + rubbish, false},
		{"a frame that may be none", cpu + sound + trace + " ? asm_exc_debug+0x1e/0x40\n" + rubbish, false},
		{"another dump after a stack", cpu + sound + trace + " f+0x1/0x2\n" + cpu + rubbish, true},
		{"EFLAGS without RIP", cpu + "RSP: 0018:ffffc90000003e98 EFLAGS: 1fa887e2\n", false},
		{"EFLAGS cut short", cpu + "RIP: 0010:f+0x1/0x2\nRSP: 0018:ffffc90000003e98 EFLAGS: 1fa8\n", false},
		{"quoted", cpu + "klp_a: RIP: 0010:f+0x1/0x2\nklp_a: RSP: 0018:ffffc90000003e98 EFLAGS: 1fa887e2\n", false},

		{"jump to poison", "Oops: general protection fault: 0000 [#1] PREEMPT SMP NOPTI\n" + cpu + poison, false},
		{"page fault in poison", null + cpu + poison, true},
		{"invalid opcode in poison", "Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n" + cpu + poison, true},
		{"jump to poison after another oops", null + cpu + sound + trace + "---[ end trace 0 ]---\nOops: general protection fault: 0000 [#2]\n" + cpu + poison, false},
		{"interrupt in poison", "BUG: soft lockup - CPU#0 stuck for 22s!\n" + cpu + poison, false},
		{"page fault at poison", "BUG: unable to handle page fault for address: dead000000000100\n", true},
		{"page fault at the end", "BUG: unable to handle page fault for address: fffffffffffffff8\n" + cpu + sound, false},
		{"page fault with 5 levels", "BUG: unable to handle page fault for address: ff11000100000000\n" + cpu + sound, false},
		{"KASAN", "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000002: 0000 [#1] PREEMPT SMP KASAN NOPTI\n" +
			"KASAN: null-ptr-deref in range [0x0000000000000010-0x0000000000000017]\n" + cpu + sound, false},
	}
	for _, tt := range tests {
		if what := found(tt.log); (what != "") != tt.emulator {
			t.Errorf("%s: %q, want the emulator: %v", tt.name, what, tt.emulator)
		}
	}
}

// TestEachBit: any bit that popf, iret or sysret can load may be the kernel's
// own.
func TestEachBit(t *testing.T) {
	const loadable = 0x3d7fd7 // CF … OF, IOPL, NT, RF, AC, VIF, VIP, ID, and bit 1
	for bit := range 64 {
		flags := uint64(1)<<bit | 2
		want := flags&^loadable != 0
		if got := impossible(fmt.Sprintf("%08x", flags)) != 0; got != want {
			t.Errorf("EFLAGS %08x: impossible %v, want %v", flags, got, want)
		}
	}
	if impossible("00000000") != 2 {
		t.Error("bit 1 may be 0")
	}
}

func TestFault(t *testing.T) {
	var w Watch
	if e := w.Fault(); e != nil {
		t.Errorf("nothing is %v", e)
	}
	w.Line("BUG: unable to handle page fault for address: dead000000000100")
	e := w.Fault()
	if e == nil || !errors.Is(e, ErrFault) || e.Party != blame.Rig || !e.Transient || e.Advice == "" {
		t.Errorf("%+v", e)
	}
}

// FuzzWatch: the first impossible thing stays, on one line, and is found only
// in lines that show registers or a page fault.
func FuzzWatch(f *testing.F) {
	for _, log := range logs(f, "*.log") {
		f.Add(log)
	}
	f.Add(null + cpu + poison)
	f.Fuzz(func(t *testing.T, log string) {
		var w Watch
		var first string
		for line := range strings.SplitSeq(log, "\n") {
			w.Line(line)
			if first == "" && w.found != "" {
				first = w.found
				if !strings.HasPrefix(line, "BUG: ") && !strings.HasPrefix(line, "RIP: ") && !strings.HasPrefix(line, "RSP: ") {
					t.Errorf("%q shows %q", line, first)
				}
			}
		}
		if w.found != first || strings.ContainsAny(first, "\n") {
			t.Errorf("first %q, then %q", first, w.found)
		}
	})
}
