// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strconv"
	"strings"
)

// happening is an action of the kernel or a module that a record reports.
type happening string

const (
	enabling     happening = "enabling"
	incompatible happening = "not compatible"
	initializing happening = "initializing"
	starting     happening = "starting"
	completing   happening = "completing"
	complete     happening = "complete"
	reversing    happening = "reversing"
	canceling    happening = "canceling"
	preFailed    happening = "pre_patch failed"
	enableFailed happening = "failed to enable"
	applying     happening = "applying"
	refusing     happening = "refusing the module"
	reverting    happening = "reverting"
	forcing      happening = "forcing"
	noSymbol     happening = "no symbol"
	unpatchable  happening = "cannot be patched"
	unresolved   happening = "not initialized for the module"
	signaling    happening = "signaling"
	disabling    happening = "disabling" // until Linux 4.11
	sysctl       happening = "sysctl"
	sysctlFailed happening = "sysctl failed"
	suspicious   happening = "suspicious init"
	appears      happening = "taints the kernel"
	callback     happening = "callback"
	dataLine     happening = "data"
	stateLine    happening = "state"
	moduleInit   happening = "init"
	moduleExit   happening = "exit"
	busy         happening = "busy"
	otherLine    happening = "other"
)

// event is the meaning of one record.
type event struct {
	what   happening
	patch  string // the livepatch, or the module that logs
	object string // the patched module; "vmlinux"; a function
	down   bool   // of a transition: to unpatched
	text   string // the unparsed rest: a callback's states
	number int    // an errno, or a returned value
	line   int    // of the input
}

// pattern is a form of a record. Its groups are named after the event's fields.
type pattern struct {
	what happening
	re   *regexp.Regexp
}

func form(what happening, re string) pattern {
	re = strings.NewReplacer("PATCH", `(?P<patch>[\w-]+)`, "OBJECT", `(?P<object>[\w.-]+)`, "UN", `(?P<un>un)?`, "NUMBER", `(?P<number>-?\d+)`, "STATE", `state \d+ own=\S+ prev=[^\s;]+`).Replace(re)
	return pattern{what, regexp.MustCompile(`^` + re + `$`)}
}

// coreForms are the records of kernel/livepatch/{core,state,transition}.c,
// after their prefix, and those that the kernel's selftests log with the same
// prefix.
var coreForms = []pattern{
	form(enabling, `enabling patch 'PATCH'`),
	form(incompatible, `Livepatch patch \(PATCH\) is not compatible with the already installed livepatches\.?`),
	form(initializing, `'PATCH': initializing UNpatching transition`),
	form(starting, `'PATCH': starting UNpatching transition`),
	form(completing, `'PATCH': completing UNpatching transition`),
	form(complete, `'PATCH': UNpatching complete`),
	form(reversing, `'PATCH': reversing transition from (?:un)?patching to UNpatching`),
	form(canceling, `'PATCH': canceling patching transition, going to unpatch`),
	form(preFailed, `pre-patch callback failed for object 'OBJECT'`),
	form(enableFailed, `failed to enable patch 'PATCH'`),
	form(applying, `applying patch 'PATCH' to loading module 'OBJECT'`),
	form(refusing, `patch 'PATCH' failed for module 'OBJECT', refusing to load module '[\w-]+'`),
	form(reverting, `reverting patch 'PATCH' on unloading module 'OBJECT'`),
	form(forcing, `forcing remaining tasks to the patched state`),
	form(noSymbol, `symbol 'OBJECT' not found in symbol table`),
	form(noSymbol, `unresolvable ambiguity for symbol 'OBJECT' in object '[\w.-]+'`),
	form(unpatchable, `failed to find location for function 'OBJECT'`),
	form(unpatchable, `failed to register ftrace handler for function 'OBJECT' \(NUMBER\)`),
	form(otherLine, `failed to patch object 'OBJECT'`),
	form(otherLine, `failed to apply patch 'PATCH' to module 'OBJECT' \(NUMBER\)`),
	form(unresolved, `failed to initialize patch 'PATCH' for module 'OBJECT' \(NUMBER\)`),
	form(signaling, `signaling remaining tasks`),
	form(disabling, `disabling patch 'PATCH'`),
	form(sysctl, `kernel\.ftrace_enabled = NUMBER`),
	form(sysctlFailed, `sysctl: setting key "?kernel\.ftrace_enabled"?(?:, ignoring)?: (?P<text>.+)`),
	form(otherLine, `module PATCH is not marked as a livepatch module`),
}

// moduleForms are the records of modules, and of the module loader about them.
var moduleForms = []pattern{
	form(callback, `PATCH: (?P<which>pre_patch|post_patch|pre_unpatch|post_unpatch)(?:_callback)?:? '?(?P<object>\w+)'?(?:: (?P<text>STATE(?:; STATE)*)| -> \[.*)?`),
	form(dataLine, `PATCH: (?P<text>(?:alloc|free|take) [\w/]+|copy [\w/]+ to [\w/]+)`),
	form(stateLine, `PATCH: (?:allocate|fix|restore|free)_\w*(?:level|state)\w*: (?P<text>.*)`),
	form(busy, `PATCH: busymod_work_func enter`),
	form(suspicious, `do_init_module: 'PATCH'->init suspiciously returned NUMBER(?:, it should follow 0/-E convention)?`),
	form(suspicious, `PATCH: init suspiciously returned NUMBER(?:, it should follow 0/-E convention)?`),
	form(appears, `PATCH: tainting kernel with TAINT_LIVEPATCH`),
	form(otherLine, `do_init_module: loading module anyway\.\.\.`),
	form(moduleInit, `PATCH: (?P<object>\w+)_init`),
	form(moduleExit, `PATCH: (?P<object>\w+)_exit`),
}

var (
	corePrefix = regexp.MustCompile(`^(?:livepatch|transition|core): `)
	moduleForm = regexp.MustCompile(`^(?:[a-zA-Z]\w*): \S`)
)

// readEvent returns the event of a record about livepatching.
func readEvent(text string) (e event, ok bool) {
	if prefix := corePrefix.FindString(text); prefix != "" {
		if e, ok = match(coreForms, text[len(prefix):]); !ok && prefix == "livepatch: " {
			return event{what: otherLine}, true
		}
		return e, ok
	}
	if !moduleForm.MatchString(text) {
		return e, false
	}
	e, ok = match(moduleForms, text)
	if (e.what == moduleInit || e.what == moduleExit) && !strings.HasPrefix(e.patch, e.object) && !strings.HasPrefix(e.object, e.patch) {
		return event{}, false
	}
	return e, ok
}

func match(forms []pattern, text string) (e event, ok bool) {
	for _, f := range forms {
		m := f.re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		e.what = f.what
		for i, name := range f.re.SubexpNames() {
			e.put(name, m[i])
		}
		return e, true
	}
	return e, false
}

func (e *event) put(field, value string) {
	switch field {
	case "patch":
		e.patch = strings.ReplaceAll(value, "-", "_")
	case "object":
		e.object = value
	case "un":
		e.down = value != ""
	case "which":
		e.down = strings.HasSuffix(value, "_unpatch")
		e.text = value
	case "number":
		e.number, _ = strconv.Atoi(value)
	case "text":
		e.text = strings.TrimSpace(e.text + " " + value)
	}
}

var (
	// wholeSplat matches the titles of splats that mailers break most often.
	wholeSplat = regexp.MustCompile(`^(?:WARNING: .* at \S+(?:[:/]\d+)? [\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+|WARNING: .* at [\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+|BUG: \w+: .* in [\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+)`)
	tearable   = regexp.MustCompile(`^(?:livepatch:(?: |$)|transition: |WARNING: |BUG: K|insmod: |rmmod: |modprobe: |do_init_module: |\w+:(?:$| (?:pre|post)_(?:un)?patch| copy ))`)
)

// mayBeTorn reports whether a line is of a kind whose end is known.
func mayBeTorn(body string) bool { return tearable.MatchString(body) }

// isWhole reports whether a line has its known end.
func isWhole(body string) bool {
	if e, ok := readEvent(body); ok {
		return e.what != otherLine || !strings.HasPrefix(body, "livepatch: ") || e.object != ""
	}
	if _, ok := failureOf(body); ok || wholeSplat.MatchString(body) {
		return true
	}
	return isTyped(body) && !isTornCommand(body)
}
