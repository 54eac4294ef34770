// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// ErrFault is in the error chain of a fault that a [Watch] finds.
var ErrFault = errors.New("QEMU's emulator was wrong, not the kernel")

// advice is for faults that klptest does not know how to avoid.
const advice = "the log says nothing about the kernel; if it comes again, try another version of QEMU, and report it with the log"

// Watch reads a kernel's log line by line. The zero value is ready.
type Watch struct {
	found string // the first impossible thing

	fetched bool   // the dump's fault comes only from an instruction at a canonical address
	stack   bool   // the dump's stack has begun
	older   bool   // the stack has shown registers: later ones are older, and lay where functions write
	frame   string // the last function of the stack
	rip     string // of the registers being shown; empty: they cannot be trusted
}

// The lines of a dump: arch/x86/mm/fault.c (show_fault_oops),
// arch/x86/kernel/dumpstack.c (show_iret_regs, show_trace_log_lvl) and
// traps.c, lib/dump_stack.c, kernel/panic.c.
var (
	pageFault = regexp.MustCompile(`^BUG: (?:unable to handle page fault for|kernel NULL pointer dereference,) address: ([0-9a-f]{16})$`)
	ripLine   = regexp.MustCompile(`^RIP: ([0-9a-f]{4}):(\S+)`)
	flagsLine = regexp.MustCompile(`^RSP: [0-9a-f]{4}:[0-9a-f]{16} EFLAGS: ([0-9a-f]{8,16})\b`)
)

// kernelCode is the selector of the kernel's code segment, __KERNEL_CS of
// arch/x86/include/asm/segment.h. User space may put anything into its
// registers, and kernel threads have zeros there.
const kernelCode = "0010"

// Line reads a line without its time stamp.
func (w *Watch) Line(text string) {
	switch {
	case w.found != "":
	case strings.HasPrefix(text, "BUG: "):
		w.pageFault(text)
	case strings.HasPrefix(text, "Oops: invalid opcode"), strings.HasPrefix(text, "invalid opcode"):
		w.fetched = true
	case strings.HasPrefix(text, "CPU: "), strings.HasPrefix(text, "---[ end trace"):
		w.stack, w.rip = false, ""
	case strings.HasPrefix(text, "Call Trace:"):
		w.fetched, w.stack, w.older, w.frame = false, true, false, ""
	case strings.HasPrefix(text, "RIP: "):
		w.instruction(text)
	case strings.HasPrefix(text, "RSP: "):
		w.flags(text)
	case w.stack && strings.HasPrefix(text, " "):
		w.function(strings.TrimSpace(text))
	}
}

// Fault returns an error of the rig if a line showed something impossible, or
// nil.
func (w *Watch) Fault() *blame.Error {
	if w.found == "" {
		return nil
	}
	return &blame.Error{Party: blame.Rig, Transient: true, Advice: advice, Err: fmt.Errorf("%w: %s", ErrFault, w.found)}
}

// pageFault looks for a non-canonical address: an access to one raises another
// fault.
func (w *Watch) pageFault(text string) {
	m := pageFault.FindStringSubmatch(text)
	if w.fetched = m != nil; w.fetched && !canonical(m[1]) {
		w.found = "a page fault at the non-canonical address " + m[1]
	}
}

func (w *Watch) function(name string) {
	if !strings.HasPrefix(name, "?") && !strings.HasPrefix(name, "<") {
		w.frame = name
	}
}

// instruction reads the registers that the processor has pushed: those of the
// dump itself, and on the stack the innermost ones below an entry point.
func (w *Watch) instruction(text string) {
	m := ripLine.FindStringSubmatch(text)
	pushed := !w.stack || !w.older && strings.HasPrefix(w.frame, "asm_")
	w.older, w.rip = w.stack, ""
	if m == nil || m[1] != kernelCode || !pushed {
		return
	}
	w.rip = m[2]
	if address, ok := strings.CutPrefix(w.rip, "0x"); ok && w.fetched && !canonical(address) {
		w.found = "an instruction at the non-canonical address " + address + " raised a fault of its own"
	}
}

func (w *Watch) flags(text string) {
	m := flagsLine.FindStringSubmatch(text)
	if m == nil || w.rip == "" {
		return
	}
	if bits := impossible(m[1]); bits != 0 {
		w.found = fmt.Sprintf("EFLAGS are %s at %s; no instruction can change bits %x", m[1], w.rip, bits)
	}
	w.rip = ""
}
