// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
)

func (t *teller) onSysctl(e event) {
	a := action{op: opWrite, path: ftraceFile}
	if e.what == sysctl {
		a.value = string(rune('0' + e.number&1))
	}
	s := t.want(a, e, "the log says that the setting is changed")
	if s.value == "" {
		s.value = "0"
	}
	s.fails = e.what == sysctlFailed
	if !s.fails {
		t.ftraceOff = s.value == "0"
	}
}

// onNoSymbol handles a missing symbol; the record does not name the livepatch.
func (t *teller) onNoSymbol(e event) {
	if len(t.ahead) > 0 && t.ahead[0].what == unresolved {
		t.coming(t.ahead[0])
		return
	}
	for i := len(t.steps) - 1; i > t.cursor; i-- {
		if s := t.steps[i]; s.op == opLoad && !s.told {
			t.pass(i)
			t.at(i).fails = true
			return
		}
	}
	name := "livepatch_unnamed"
	if len(t.enabled) > 0 && strings.HasPrefix(t.enabled[0], "klp_") {
		name = "klp_unnamed"
	}
	t.load(name, e, unnamed).fails = true
}

// onUnpatchable handles EBUSY from ftrace, which is most likely switched off.
func (t *teller) onUnpatchable(e event) {
	if e.number != -16 || t.ftraceOff || t.cursor < 0 {
		return
	}
	t.ftraceOff = true
	t.setFtrace("0", e)
}

// ftraceOn handles a livepatch that is enabled after all.
func (t *teller) ftraceOn(e event) {
	if t.ftraceOff {
		t.ftraceOff = false
		t.setFtrace("1", e)
	}
}

// setFtrace inserts the setting before the step that shows its effect.
func (t *teller) setFtrace(value string, e event) {
	s := &step{action: action{op: opWrite, path: ftraceFile, value: value}, line: e.line, because: ftraceBusy, told: true}
	t.insert(t.cursor, s)
	t.cursor++
}
