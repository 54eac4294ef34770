// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/splat"
)

const (
	cutHere   = "[ cut here ]---" // lib/bug.c
	stackFold = "stack"
)

// folds are what can stand behind the mark of a fold.
var folds = []string{
	stackFold, string(splat.Panic), string(splat.Oops), string(splat.Bug), string(splat.Warning), string(splat.KASAN), string(splat.KCSAN),
	string(splat.KFENCE), string(splat.KMSAN), string(splat.UBSAN), string(splat.Lockdep), string(splat.Stall),
}

var (
	stackHead  = regexp.MustCompile(`^CPU: \d+ (UID: \d+ )?PID: \d+ Comm: `) // lib/dump_stack.c
	stackStart = regexp.MustCompile(stackHead.String() + `|^Call [Tt]race:`)
	ripLine    = regexp.MustCompile(`^(?:RIP: \w+:|pc : )([\w.]+)\+0x`)
	banner     = regexp.MustCompile(`^[=-]{20,}$`)

	// dumpLine is what a splat or a stack dump goes on with: show_regs() and
	// show_stack() of x86 and arm64, lib/dump_stack.c, and what the detectors
	// of page faults, RCU stalls and hung tasks add.
	dumpLine = regexp.MustCompile(`^(CPU|Hardware name|Workqueue|Tainted|Modules linked in|Unloaded tainted modules|Code|Call [Tt]race|Kernel Offset|` +
		`PGD|Mem abort info|Data abort info|swapper pgtable|Internal error|pstate|pc|lr|sp|x\d+ ?|` +
		`RIP|RSP|R[A-Z]X|R[A-Z]P|R\d\d|E[A-Z]X|FS|CS|CR\d|DR\d|PKRU|irq event stamp|hardirqs last|softirqs last|` +
		`rcu|Sending NMI|NMI backtrace|task)\b.*[: ]|` +
		`^"echo 0 > |^in_atomic\(\): |^preempt_count: |^RCU nest depth: |^Preemption disabled at:|^caller is |^(\d+ locks?|no locks) held by |^\s+#\d+: |` +
		`^#PF: |^Disabling lock debugging due to |^note: \S+ exited with |^stack backtrace:|^Last potentially related|^Dumping ftrace|` +
		`^\s*</?(TASK|IRQ|NMI|EOI|SOFTIRQ)>|^\s+[\w?]|^\s+\(|^\s*\[?<?[0-9a-f]{8,}|` + `^\s*\?? ?[\w.]+\+0x[0-9a-f]+/0x`)
)

// ends is what a splat ends with that says so itself; any other goes on for
// as long as its lines look like a dump.
var ends = map[splat.Kind]*regexp.Regexp{
	splat.KASAN:   banner,                                  // mm/kasan/report.c
	splat.KCSAN:   banner,                                  // kernel/kcsan/report.c
	splat.KFENCE:  banner,                                  // mm/kfence/report.c
	splat.KMSAN:   banner,                                  // mm/kmsan/report.c
	splat.UBSAN:   banner,                                  // lib/ubsan.c, where it does not begin with a cut
	splat.Lockdep: regexp.MustCompile(`^stack backtrace:`), // kernel/locking/lockdep.c
}

var endTrace = regexp.MustCompile(`^---\[ end trace `) // kernel/panic.c

// folder folds the splats of a log, line by line.
type folder struct {
	out  []entry
	open *open // the fold that lines go into; nil: there is none
}

// open is a fold that is not over.
type open struct {
	at    int // its entry
	kind  string
	where string
	end   *regexp.Regexp // the line that it certainly goes on to; nil: it lasts as long as the dump
	ended bool           // it has said so: another splat or stack is not of it
}

// fold replaces each splat and each bare stack dump by one entry. own are the
// names that begin lines which are in no splat, whatever is around them. It
// tells whether the last splat lacks its end.
func fold(list []entry, own map[string]bool) (out []entry, truncated bool) {
	f := &folder{}
	for _, e := range list {
		if e.marker || isOwn(e.text, own) {
			f.out = append(f.out, e)
		} else {
			f.line(e)
		}
	}
	return f.out, f.open != nil && f.open.end != nil
}

func isOwn(line string, own map[string]bool) bool {
	name, _, ok := strings.Cut(line, ": ")
	return ok && own[name]
}

// ownNames are the names of modules and of what logs for all of them.
func ownNames(modules []string) map[string]bool {
	own := map[string]bool{"livepatch": true}
	for _, m := range modules {
		own[m] = true
	}
	return own
}

func (f *folder) line(e entry) {
	s, isSplat := splat.Match(e.text)
	switch {
	case strings.Contains(e.text, cutHere):
		f.begin(e, "", "", endTrace)
	case isSplat && f.begins(s):
		f.begin(e, string(s.Kind), s.Where, ends[s.Kind])
	case f.open != nil && (isSplat || f.open.has(e.text)):
		f.title(e, s)
		f.open.add(e.text, s)
		f.name()
	case stackStart.MatchString(e.text):
		f.begin(e, stackFold, "", nil)
	default:
		f.open = nil
		f.out = append(f.out, e)
	}
}

// begins tells whether a splat's line begins one, or belongs to the open one:
// a WARN's second line, the Oops of a BUG, a stall that is told of at length.
// A splat of another kind is never taken for a part: a case that expects the
// open one would pass with both.
func (f *folder) begins(s splat.Splat) bool {
	o := f.open
	switch {
	case o == nil || o.ended:
		return true
	case o.kind == "":
		return false
	case s.Kind == splat.Oops && o.kind == string(splat.Bug):
		return false
	case o.kind != string(s.Kind):
		return true
	}
	return o.end == nil && s.Kind != splat.Oops && s.Kind != splat.Stall && !s.Fatal
}

func (f *folder) begin(e entry, kind, where string, end *regexp.Regexp) {
	if n := len(f.out); n > 0 && kind != "" && kind != stackFold && banner.MatchString(f.out[n-1].text) {
		f.out = f.out[:n-1] // the line of === above a report
	}
	f.open = &open{at: len(f.out), kind: kind, where: functionName(where), end: end}
	f.out = append(f.out, e)
	f.name()
}

// title makes the line that names a splat the one that is shown of it.
func (f *folder) title(e entry, s splat.Splat) {
	if f.open.kind == "" && s.Kind != "" {
		f.out[f.open.at].text = e.text
	}
}

// name writes what is known of the open fold into its entry.
func (f *folder) name() {
	e, kind := &f.out[f.open.at], f.open.kind
	if kind == "" {
		kind = "splat"
	}
	e.fold = strings.TrimSpace(foldMark + kind + " " + f.open.where)
	e.splat = kind != stackFold
}

func (o *open) has(line string) bool {
	if stackHead.MatchString(line) && (o.ended || o.kind == stackFold) {
		return false
	}
	return o.end != nil || dumpLine.MatchString(line) || endTrace.MatchString(line)
}

func (o *open) add(line string, s splat.Splat) {
	if o.kind == "" && s.Kind != "" {
		o.kind = string(s.Kind)
	}
	if m := ripLine.FindStringSubmatch(line); m != nil && o.where == "" && o.kind != stackFold {
		o.where = functionName(m[1])
	}
	if s.Where != "" && o.where == "" {
		o.where = functionName(s.Where)
	}
	if o.end != nil && o.end.MatchString(line) {
		o.end, o.ended = nil, o.kind != string(splat.Lockdep) // whose end is the stack's begin
	}
	o.ended = o.ended || endTrace.MatchString(line)
}

// checkFold refuses a fold that no log comes to.
func checkFold(line string) error {
	kind, _, _ := strings.Cut(line[len(foldMark):], " ")
	if !slices.Contains(folds, kind) {
		return fmt.Errorf("%q is no fold%s; the folds are %s (a log line that begins so is written \\* …)", line, didYouMean(kind, folds), strings.Join(folds, ", "))
	}
	return nil
}
