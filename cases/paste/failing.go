// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// setFailures makes the livepatches fail as they do in the log.
func (m *mapping) setFailures() {
	for i, s := range m.t.steps {
		m.failSilently(i, s)
		for _, e := range s.events {
			switch e.what {
			case preFailed:
				m.failIn(i, s, e.object)
			case suspicious:
				if p := m.params[s]; p != nil {
					p.failing = strconv.Itoa(e.number)
				}
			case noSymbol:
				m.lackSymbol(i, s)
			case unpatchable:
				m.unpatchable(i, s, e)
			}
		}
	}
}

// failSilently handles a livepatch that a tool could not load, in a report
// without the log: it is refused, if possible, or else its pre_patch fails.
func (m *mapping) failSilently(at int, s *step) {
	p := m.params[s]
	if p == nil || p.typed != nil || s.errno == "" || s.errno == "EBUSY" || s.errno == "EEXIST" || len(s.events) > 0 {
		return
	}
	if s.errno == "EINVAL" && len(m.enabledBefore(at)) > 0 {
		s.events = append(s.events, event{what: incompatible, patch: s.module, line: s.line})
		return
	}
	p.failing = strconv.Itoa(-int(errnoOr(s.errno, unix.ENODEV)))
}

// failIn makes pre_patch fail for an object, in the livepatch being loaded or
// in the last one applied to a module.
func (m *mapping) failIn(at int, s *step, object string) {
	value := strconv.Itoa(-int(errnoOr(s.errno, unix.ENODEV)))
	if p := m.params[s]; p != nil {
		p.complete()
		p.object(object)
		p.failing = value
		if len(p.objs) > 0 && p.objs[0] != object {
			p.failing = object + ":" + value
		}
		return
	}
	if p := m.applied(at, s); p != nil {
		p.failing = object + ":" + value
	}
}

// complete adds vmlinux as an object if the log shows no callbacks of the
// livepatch.
func (p *probe) complete() {
	if !p.heard && !slices.Contains(p.objs, "vmlinux") {
		p.objs = slices.Insert(p.objs, 0, "vmlinux")
	}
}

// applied returns the last livepatch that was applied to the module of a step.
func (m *mapping) applied(at int, s *step) *probe {
	var patch string
	for _, e := range s.events {
		if e.what == applying || e.what == refusing || e.what == unresolved {
			patch = e.patch
		}
	}
	for i := at; i >= 0; i-- {
		if l := m.t.steps[i]; l.op == opLoad && l.module == patch && m.params[l] != nil {
			return m.params[l]
		}
	}
	return nil
}

// unpatchable gives a livepatch a function that ftrace refuses, either always
// or while ftrace is switched off.
func (m *mapping) unpatchable(at int, s *step, e event) {
	p, function := m.params[s], anyFunction
	if p == nil {
		p, function = m.applied(at, s), targetFunction
	}
	if e.number == 0 {
		function = untraceable
	}
	if p != nil {
		p.funcs = append(p.funcs, function)
	}
}

func (m *mapping) lackSymbol(at int, s *step) {
	if p := m.params[s]; p != nil {
		p.funcs = append(p.funcs, missingFunction)
	} else if p := m.applied(at, s); p != nil {
		p.object(s.module)
		p.funcs = append(p.funcs, s.module+":"+missingFunction)
	}
}

func errnoOr(name string, other unix.Errno) unix.Errno {
	for e := unix.Errno(1); e < 256; e++ {
		if name != "" && unix.ErrnoName(e) == name {
			return e
		}
	}
	return other
}
