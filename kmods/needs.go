// SPDX-License-Identifier: Apache-2.0

package kmods

import "path"

// needs are the properties of a shipped module on which cases rely, whatever
// the compiler.
type needs struct {
	modules   string // a pattern of path.Match
	livepatch bool   // klp_enable_patch() must accept it
	functions []function
}

// function is a function that must be a symbol of its own (see
// src/klp_opaque.h).
type function struct {
	name   string
	traced bool   // a livepatch can redirect it, so ftrace must know its start
	calls  string // it sleeps in that function, and must be on the stack meanwhile
}

// needed has a row for each shipped module.
var needed = []needs{
	{"klp_[a-h]", true, []function{
		{name: "probe_cmdline_proc_show"},
		{name: "probe_loadavg_proc_show"},
		{name: "probe_uptime_proc_show"},
		{name: "probe_version_proc_show"},
		{name: "probe_klp_target_value"},
		{name: "probe_klp_target_hold_old", calls: "msleep"},
		{name: "probe_klp_target_hold_new", calls: "msleep"},
		{name: "probe_unknown"},
	}},
	{"klp_fault", false, nil},          // its functions are reached by address
	{"klp_loglevel_v[1-3]", true, nil}, // called through pointers only
	{"klp_other", false, nil},
	{"klp_rela", true, nil}, // called through pointers only
	{"klp_selftest", false, []function{{name: "klp_selftest_warn"}}},
	{"klp_target", false, []function{
		{name: "klp_target_value", traced: true},
		{name: "klp_target_twice"},
		{name: "klp_target_hold_old", traced: true, calls: "msleep"},
		{name: "klp_target_hold_new", traced: true},
	}},
}

// needsOf returns the row of a shipped module; ok is false for any other.
func needsOf(module string) (n needs, ok bool) {
	for _, n := range needed {
		if match, err := path.Match(n.modules, module); err == nil && match {
			return n, true
		}
	}
	return needs{}, false
}
