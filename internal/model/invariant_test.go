// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

var (
	someProbe  = rapid.SampledFrom([]string{"klp_a", "klp_b", "klp_c", "klp_d"})
	someStates = rapid.SampledFrom([]string{"", " states=1:1", " states=1:2", " states=2:1", " states=1:1,2:0", " states=1:2,1:1 watch=2"})
	someShape  = rapid.SampledFrom([]string{
		"", "", " objs=klp_target", " objs=vmlinux,klp_target", " objs=klp_target,vmlinux", " objs=klp_b,vmlinux", " objs=vmlinux,vmlinux",
		" funcs=cmdline_proc_show", " funcs=klp_no_such_function", " funcs=cmdline_proc_show,klp_ftrace_handler", " funcs=uptime_proc_show,uptime_proc_show",
		" objs=vmlinux,klp_target funcs=klp_target_hold_old", " objs=klp_target funcs=klp_target_hold_old,klp_target_hold_new",
		" objs=vmlinux,klp_target funcs=klp_target_hold_new,klp_target_value,loadavg_proc_show", " objs=klp_target funcs=klp_target:klp_no_such_function",
	})
	someData    = rapid.SampledFrom([]string{"", "", " data=alloc", " data=take", " data=copy", " data=free", " data=fail", " data=leak", " data=?"})
	someResult  = rapid.SampledFrom([]string{"", "", "", " pre_patch_ret=-19", " pre_patch_ret=7", " objs=klp_target,vmlinux pre_patch_ret=klp_target:-1"})
	someReplace = rapid.SampledFrom([]string{"", " replace=1", " replace=x"})
	someEnd     = rapid.SampledFrom([]string{"", "", " &"})
	someWhat    = rapid.SampledFrom([]string{"old", "new"})
)

var someCommand = rapid.Custom(func(t *rapid.T) string {
	probe := someProbe.Draw(t, "probe")
	switch rapid.IntRange(0, 13).Draw(t, "verb") {
	case 0, 1, 2:
		return "insmod " + probe + someStates.Draw(t, "states") + someReplace.Draw(t, "replace") + someShape.Draw(t, "shape") +
			someData.Draw(t, "data") + someResult.Draw(t, "result") + someEnd.Draw(t, "end")
	case 3:
		return "rmmod " + probe
	case 4, 5, 6:
		value := rapid.SampledFrom([]string{"0", "0", "1", "?"}).Draw(t, "value")
		return "echo " + value + " > /sys/kernel/livepatch/" + probe + "/enabled" + someEnd.Draw(t, "end")
	case 7:
		return "echo 1 > /sys/kernel/livepatch/" + probe + "/force" + someEnd.Draw(t, "end")
	case 8:
		return rapid.SampledFrom([]string{"insmod klp_target", "rmmod klp_target", "insmod klp_target init_ret=-5", "insmod klp_target init_ret=5"}).Draw(t, "target")
	case 12:
		return fmt.Sprintf("fail %s %d", rapid.SampledFrom(machine.Faults).Draw(t, "function"), rapid.IntRange(1, 6).Draw(t, "nth"))
	case 9:
		return "hold " + someWhat.Draw(t, "what")
	case 10:
		return "release " + someWhat.Draw(t, "what")
	case 11:
		return rapid.SampledFrom([]string{
			"echo 2 > /sys/module/klp_target/parameters/hold_new", "cat /sys/module/klp_target/parameters/value", "cat /sys/module/klp_a/refcnt",
			"cat /sys/kernel/livepatch/klp_a/klp_target/patched", "insmod klp_loglevel_v2", "rmmod klp_loglevel_v2",
			"echo 0 > /proc/sys/kernel/ftrace_enabled", "echo 1 > /proc/sys/kernel/ftrace_enabled",
		}).Draw(t, "other")
	}
	return "wait " + probe
})

// someStart makes held transitions likely.
var someStart = rapid.SampledFrom([][]string{
	nil,
	{"insmod klp_target", "hold old", "insmod klp_a states=1:1 data=alloc", "insmod klp_b objs=klp_target funcs=klp_target_hold_old &"},
	{"insmod klp_target", "insmod klp_a", "hold old", "insmod klp_b objs=vmlinux,klp_target funcs=klp_target_hold_old,klp_target_hold_new replace=1 &", "hold new"},
	{"insmod klp_target", "insmod klp_a objs=klp_target funcs=klp_target_hold_new", "hold new", "echo 0 > /sys/kernel/livepatch/klp_a/enabled &"},
})

// TestInvariants: no sequence of commands makes the model panic, or brings it
// into a state that no kernel can be in.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := New(rapid.SampledFrom(Releases).Draw(t, "release"))
		live := map[string]bool{}
		commands := slices.Concat(someStart.Draw(t, "start"), rapid.SliceOfN(someCommand, 1, 30).Draw(t, "commands"))
		for _, text := range commands {
			before := slices.Clone(m.k.patches)
			ans, err := step(m, text)
			if errors.Is(err, ErrNotModelled) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			checkCore(t, m.k)
			checkOrder(t, before, m.k.patches)
			checkModules(t, m.k)
			checkTasks(t, m.k)
			checkData(t, m.k, ans.Records, live)
		}
		drain(t, m)
	})
}

// step runs a command written as in a transcript.
func step(m *Machine, text string) (machine.Answer, error) {
	cmd, err := casefile.ParseCommand(text)
	if err != nil {
		return machine.Answer{}, err
	}
	return m.Step(context.Background(), cmd, time.Minute)
}

func checkCore(t *rapid.T, k *kernel) {
	p := k.transition
	if (p == nil) != (k.target == idle) || p != nil && (!slices.Contains(k.patches, p) || !k.delayedWork) {
		t.Fatalf("transition %v, target %d, work %v", p, k.target, k.delayedWork)
	}
	if len(k.freeWork) > 0 || !slices.Equal(k.directories, k.patches) {
		t.Fatalf("directories of %d, %d are listed", len(k.directories), len(k.patches))
	}
	functions := 0
	for _, q := range k.patches {
		if want := q != p || k.target == patched; q.enabled != want {
			t.Fatalf("%s: enabled %v", q.mod.name, q.enabled)
		}
		functions += checkObjects(t, k, q)
	}
	for original, stack := range k.stacks {
		functions -= len(stack)
		index := func(f *function) int {
			return slices.IndexFunc(k.patches, func(q *patch) bool {
				return slices.ContainsFunc(q.objects, func(o *object) bool { return slices.Contains(o.functions, f) })
			})
		}
		if !slices.IsSortedFunc(stack, func(f, g *function) int { return index(g) - index(f) }) {
			t.Fatalf("%s: the newest is not first", original)
		}
	}
	if functions != 0 {
		t.Fatalf("%d functions are patched and on no stack, or the contrary", functions)
	}
}

// checkObjects returns how many functions of a livepatch are patched.
func checkObjects(t *rapid.T, k *kernel, p *patch) (functions int) {
	for _, o := range p.objects {
		m := k.modules.find(o.name)
		if o.isModule() && (m != o.mod || m != nil && !m.klpAlive) || o.patched != o.isLoaded() {
			t.Fatalf("%s/%s: module %v, patched %v", p.mod.name, o, o.mod, o.patched)
		}
		if o.dynamic && p != k.transition {
			t.Fatalf("%s/%s is dynamic", p.mod.name, o)
		}
		for _, f := range o.functions {
			if f.patched != o.patched || f.transition != (p == k.transition) {
				t.Fatalf("%s/%s/%s: patched %v, in transition %v", p.mod.name, o, f.name, f.patched, f.transition)
			}
			if f.patched {
				functions++
			}
		}
	}
	return functions
}

// checkOrder: livepatches join at the end and never change places.
func checkOrder(t *rapid.T, before, after []*patch) {
	kept := slices.DeleteFunc(slices.Clone(before), func(p *patch) bool { return !slices.Contains(after, p) })
	if len(after) > len(kept)+1 || !slices.Equal(kept, after[:len(kept)]) {
		t.Fatalf("%d were listed, %d stay, of %d", len(before), len(kept), len(after))
	}
}

// checkModules: a livepatch has one reference if it is listed or was forced.
func checkModules(t *rapid.T, k *kernel) {
	seen := map[string]bool{}
	for _, m := range k.modules.list {
		want := 0
		if p, ok := m.program.(*probe); ok && (slices.Contains(k.patches, p.patch) || p.patch.forced) {
			want = 1
		}
		if l, ok := m.program.(*loglevelPatch); ok && (slices.Contains(k.patches, l.patch) || l.patch.forced) {
			want = 1
		}
		if m.refs != want || seen[m.name] || !m.klpAlive {
			t.Fatalf("module %s: %d references, want %d; alive: %v", m.name, m.refs, want, m.klpAlive)
		}
		seen[m.name] = true
	}
	for _, p := range k.patches {
		if k.modules.find(p.mod.name) != p.mod {
			t.Fatalf("%s is listed and not loaded", p.mod.name)
		}
	}
}

func checkTasks(t *rapid.T, k *kernel) {
	for _, u := range k.tasks.list {
		if k.transition == nil && (u.state != idle || u.pending) || k.transition != nil && u.pending != (u.state != k.target) {
			t.Fatalf("task %s: state %d, pending %v, target %d", u.comm, u.state, u.pending, k.target)
		}
	}
}

// checkData: no data has two owners, none is freed twice or without having
// been allocated.
func checkData(t *rapid.T, k *kernel, log []machine.Record, live map[string]bool) {
	for _, r := range log {
		_, said, _ := strings.Cut(r.Text, ": ")
		verb, name, _ := strings.Cut(said, " ")
		if (verb == "alloc" || verb == "free") && strings.HasPrefix(name, "klp_") {
			if verb == "free" && !live[name] {
				t.Fatalf("%s", r.Text)
			}
			live[name] = verb == "alloc"
		}
	}
	owners := map[*data]string{}
	for _, m := range k.modules.list {
		p, ok := m.program.(*probe)
		if !ok {
			continue
		}
		for _, s := range p.patch.states {
			if other := owners[s.data]; s.data != nil && other != "" {
				t.Fatalf("%s and %s own %s", other, m.name, s.data.name)
			}
			owners[s.data] = fmt.Sprint(m.name, s.id)
		}
	}
}

// drain undoes everything: only forced livepatches can stay.
func drain(t *rapid.T, m *Machine) {
	run := func(text string) machine.Answer {
		ans, err := step(m, text)
		if err != nil && !errors.Is(err, ErrNotModelled) {
			t.Fatal(err)
		}
		return ans
	}
	if m.k.modules.find("klp_target") != nil {
		run("release old")
		run("release new")
	}
	if ans := run("wait klp_a"); ans.Stall != nil {
		t.Fatalf("nothing is held, and %s stalls", ans.Stall.What)
	}
	for len(m.k.patches) > 0 {
		run("echo 0 > /sys/kernel/livepatch/" + m.k.patches[0].mod.name + "/enabled")
	}
	for _, mod := range slices.Clone(m.k.modules.list) {
		ans := run("rmmod " + mod.name)
		if forced := mod.refs > 0; (ans.Errno != "") != forced {
			t.Fatalf("rmmod %s: %q with %d references", mod.name, ans.Errno, mod.refs)
		}
	}
	if len(m.k.tasks.list) != 2 || len(m.k.stacks) != 0 {
		t.Fatalf("%d tasks, %d patched functions left", len(m.k.tasks.list), len(m.k.stacks))
	}
}
