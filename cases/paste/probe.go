// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The functions that a probe patches if the report's livepatch patched one: any
// that runs rarely, a missing one, one that ftrace does not know, and one of the
// module klp_target; see kmods/src/klp_probe_funcs.h.
const (
	anyFunction     = "cmdline_proc_show"
	missingFunction = "klp_no_such_function"
	untraceable     = "klp_ftrace_handler"
	targetFunction  = "klp_target_value"
)

// probe has the parameters of one loading of a livepatch.
type probe struct {
	objs    []string // the reporter's names
	funcs   []string
	states  []string // ID:VERSION
	watch   []string
	version int // of the one state that stands for the report's; with has
	has     bool
	heard   bool // its callbacks are in the log
	stated  bool // it logs about its state
	replace bool
	known   bool // replace is known from the report
	failing string
	data    string
	typed   []string // all parameters as typed: the report uses klptest's own probe
}

// describe finds the parameters of each loading.
func (m *mapping) describe() {
	var loads []*step
	for _, s := range m.t.steps {
		if s.op == opLoad && slices.Contains(m.patches, s.module) {
			loads = append(loads, s)
		}
	}
	for _, s := range loads {
		m.params[s] = m.read(s)
	}
	for _, s := range loads {
		m.inherit(s, loads)
	}
	m.setReplace(loads)
	m.setData(loads)
	m.setFailures()
	m.setVersions(loads)
	m.setFunctions(loads)
}

// life returns the events of a livepatch from one loading to the next.
func (m *mapping) life(load *step) (list []event) {
	i := slices.Index(m.t.steps, load)
	for k, s := range m.t.steps[i:] {
		if k > 0 && s.op == opLoad && s.module == load.module {
			break
		}
		for _, e := range s.events {
			if e.patch == load.module {
				list = append(list, e)
			}
		}
	}
	return list
}

// read takes a livepatch's parameters from its command, and its own lines from
// the log.
func (m *mapping) read(s *step) *probe {
	p := &probe{}
	if ownProbe.MatchString(s.module) && slices.ContainsFunc(s.params, isProbes) || ownLoglvl.MatchString(s.module) {
		p.typed = s.params
	}
	for _, param := range s.params {
		if key, value, _ := strings.Cut(param, "="); key == "replace" {
			p.known, p.replace = true, truth(value) == "1"
		}
	}
	for _, e := range m.life(s) {
		p.event(e)
	}
	return p
}

// isProbes reports whether a parameter is one of klptest's probes.
func isProbes(param string) bool {
	key, _, _ := strings.Cut(param, "=")
	switch key {
	case "states", "watch", "objs", "funcs", "pre_patch_ret", "data", "replace":
		return true
	}
	return false
}

func (p *probe) event(e event) {
	switch e.what {
	case callback:
		p.heard = true
		p.object(e.object)
		if _, states, ok := strings.Cut(e.text, " state "); ok && p.states == nil && p.watch == nil {
			p.readStates("state " + states)
		}
	case applying, reverting, refusing:
		p.object(e.object)
	case dataLine:
		p.readData(e.text)
	case stateLine:
		p.has, p.stated = true, true
		if strings.Contains(e.text, "alloc") || takesOver.MatchString(e.text) {
			p.data = "take"
		}
	}
}

func (p *probe) object(name string) {
	if name != "" && !slices.Contains(p.objs, name) {
		p.objs = append(p.objs, name)
	}
}

// ownState matches a probe's text about a state.
var ownState = regexp.MustCompile(`^state (\d+) own=(\d+|none)`)

func (p *probe) readStates(text string) {
	for part := range strings.SplitSeq(text, "; ") {
		m := ownState.FindStringSubmatch(part)
		switch {
		case m == nil:
		case m[2] == "none":
			p.watch = append(p.watch, m[1])
		default:
			p.states = append(p.states, m[1]+":"+m[2])
		}
	}
}

// readData infers a probe's data= from its lines about data.
func (p *probe) readData(text string) {
	verb, _, _ := strings.Cut(text, " ")
	if weight := map[string]int{"": 0, "free": 1, "alloc": 2, "take": 3, "copy": 4}; weight[verb] > weight[p.data] {
		p.data = verb
	}
}

// inherit takes missing facts of a loading from other loadings of the same
// livepatch, since they load the same file.
func (m *mapping) inherit(s *step, loads []*step) {
	p := m.params[s]
	for _, other := range loads {
		q := m.params[other]
		if other.module != s.module || other == s {
			continue
		}
		if p.objs == nil {
			p.objs, p.heard = slices.Clone(q.objs), q.heard
		}
		if p.states == nil && p.watch == nil && !s.fails {
			p.states, p.watch = q.states, q.watch
		}
		p.has = p.has || q.has
		if q.known && !p.known {
			p.known, p.replace = true, q.replace
		}
	}
}

// setFunctions gives livepatches a function if the report is about ftrace.
func (m *mapping) setFunctions(loads []*step) {
	if !slices.ContainsFunc(m.t.steps, func(s *step) bool { return s.op == opWrite && strings.HasSuffix(s.path, "/ftrace_enabled") }) {
		return
	}
	for _, s := range loads {
		if p := m.params[s]; p.typed == nil && len(p.funcs) == 0 && (p.objs == nil || slices.Contains(p.objs, "vmlinux") || !p.heard) {
			p.object("vmlinux")
			p.funcs = append(p.funcs, anyFunction)
		}
	}
}

// text returns the parameters as insmod takes them.
func (p *probe) text(m *mapping) string {
	var list []string
	add := func(key string, values []string) {
		if len(values) > 0 {
			list = append(list, key+"="+strings.Join(values, ","))
		}
	}
	states := p.states
	if states == nil && p.has {
		states = []string{fmt.Sprintf("1:%d", p.version)}
	}
	add("states", states)
	add("watch", p.watch)
	if p.replace {
		add("replace", []string{"1"})
	}
	if p.data != "" && states != nil {
		add("data", []string{p.data})
	}
	if p.objs != nil {
		p.complete()
	}
	if objs := m.objects(p.objs); !slices.Equal(objs, []string{"vmlinux"}) {
		add("objs", objs)
	}
	add("funcs", m.functions(p.funcs))
	if p.failing != "" {
		add("pre_patch_ret", m.functions([]string{p.failing}))
	}
	return strings.Join(list, " ")
}

// objects returns the objects by the names of klptest's modules.
func (m *mapping) objects(objs []string) (list []string) {
	for _, o := range objs {
		if ours := m.ours[o]; ours != "" || o == "vmlinux" {
			list = append(list, orSelf(ours, o))
		}
	}
	return list
}

func orSelf(ours, name string) string {
	if ours != "" {
		return ours
	}
	return name
}

// functions replaces the object at the start of each item.
func (m *mapping) functions(items []string) (list []string) {
	for _, item := range items {
		object, rest, ok := strings.Cut(item, ":")
		if ok {
			item = orSelf(m.ours[object], object) + ":" + rest
		}
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}
