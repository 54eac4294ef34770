// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

var aFault = machinetest.Cmd(machine.Fail, "kmalloc", "3")

// faulty returns a guest that has the module; load is what loading a module
// does.
func faulty(t *testing.T, load func(path, params string) error) (*Agent, *kerneltest.Kernel) {
	t.Helper()
	a, k := begun(t, func(*Agent, *kerneltest.Kernel) error { return nil })
	if err := a.put(machine.FaultModule, nil, true); err != nil {
		t.Fatal(err)
	}
	k.OnLoad = load
	return a, k
}

// A fault lasts for one command, and what its end logs belongs to that command.
func TestFaultLastsForOneCommand(t *testing.T) {
	var done []string
	a, k := faulty(t, func(path, params string) error {
		done = append(done, strings.TrimSpace("load "+path[strings.LastIndex(path, "/")+1:]+" "+params))
		return nil
	})
	k.OnUnload = func(name string) error {
		done = append(done, "unload "+name)
		k.Log.Printk(machine.FaultUnused + "3")
		return nil
	}
	machinetest.Step(t, a, aFault)
	ans := machinetest.Step(t, a, machinetest.Cmd(machine.Insmod, "klp_a"))
	machinetest.Step(t, a, machinetest.Cmd(machine.Insmod, "klp_a"))
	want := []string{"load klp_fault.ko function=kmalloc nth=3", "load klp_a.ko", "unload klp_fault", "load klp_a.ko"}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"% insmod klp_a", machine.FaultUnused + "3"}, machinetest.Texts(ans.Records)); diff != "" {
		t.Error(diff)
	}
}

// A fault that cannot be set is not an answer of the kernel: a case must not
// expect it.
func TestFaultThatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		err   error
		party blame.Party
		want  string
	}{
		{unix.EOPNOTSUPP, blame.User, "this kernel has no CONFIG_KPROBES"},
		{unix.ENOENT, blame.User, "this kernel has no kmalloc that a kprobe can be set on"},
		{unix.EINVAL, blame.Rig, "klp_fault cannot have a call of kmalloc fail: invalid argument"},
	} {
		a, _ := faulty(t, func(string, string) error { return tt.err })
		ans, err := a.Step(t.Context(), aFault, time.Minute)
		if err == nil || !strings.Contains(err.Error(), tt.want) || blame.Of(err) != tt.party || ans.Errno != "" {
			t.Errorf("%v: %v, %q", err, blame.Of(err), ans.Errno)
		}
	}
	a, _ := begun(t, func(*Agent, *kerneltest.Kernel) error { return nil })
	if _, err := a.Step(t.Context(), aFault, time.Minute); err == nil || blame.Of(err) != blame.Rig {
		t.Errorf("without the module: %v", err)
	}
}

// A stuck kernel is left alone.
func TestFaultAfterStall(t *testing.T) {
	a, k := faulty(t, func(path, _ string) error { return nil })
	k.OnUnload = func(string) error { t.Error("unloaded"); return nil }
	machinetest.Step(t, a, aFault)
	rootfstest.Put(t, a.files, livepatchDir+"/klp_a/transition", "1\n")
	ans, err := a.Step(t.Context(), machinetest.Cmd(machine.Wait, "klp_a"), 30*time.Millisecond)
	if err != nil || ans.Stall == nil {
		t.Errorf("%v %+v", err, ans)
	}
}
