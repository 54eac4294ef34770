// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

// begun returns a guest in which a case has begun and klp_a can be loaded; load
// is what loading it does.
func begun(t *testing.T, load func(a *Agent, k *kerneltest.Kernel) error) (*Agent, *kerneltest.Kernel) {
	t.Helper()
	a, k := newGuest(t)
	k.OnLoad = func(string, string) error { return load(a, k) }
	if err := a.put("klp_a", nil, true); err != nil {
		t.Fatal(err)
	}
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a, k
}

func TestStepOwnsItsRecords(t *testing.T) {
	a, k := begun(t, func(_ *Agent, k *kerneltest.Kernel) error {
		k.Log.Printk("livepatch: not compatible")
		return unix.EINVAL
	})
	k.Log.Printk("from before")
	ans := machinetest.Step(t, a, machinetest.Cmd(machine.Insmod, "klp_a"))
	want := []string{"from before", "% insmod klp_a", "livepatch: not compatible"}
	if diff := cmp.Diff(want, machinetest.Texts(ans.Records)); diff != "" || ans.Errno != "EINVAL" {
		t.Errorf("%q\n%s", ans.Errno, diff)
	}
	if ans := machinetest.Step(t, a, machinetest.Cmd(machine.Cat, "/proc/sys/kernel/tainted")); ans.Output != "4096" || len(ans.Records) != 1 {
		t.Errorf("%+v", ans)
	}
}

// What a transition logs belongs to the command that started it, up to the
// removal of the patches that it replaced.
func TestStepWaitsUntilSettled(t *testing.T) {
	a, _ := begun(t, func(a *Agent, k *kerneltest.Kernel) error {
		kerneltest.Patch(t, a.files, "klp_a", "1", "1")
		kerneltest.Patch(t, a.files, "klp_old", "1", "0")
		go func() {
			time.Sleep(time.Second)
			k.Log.Printk("livepatch: 'klp_a': patching complete")
			kerneltest.Patch(t, a.files, "klp_old", "0", "0")
			kerneltest.Patch(t, a.files, "klp_a", "1", "0")
			time.Sleep(time.Second)
			k.Log.Printk("removed")
			time.Sleep(5 * time.Millisecond) // the kernel logs before it acts
			kerneltest.Unpatch(t, a.files, "klp_old")
		}()
		return nil
	})
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ans := machinetest.Step(t, a, machinetest.Cmd(machine.Insmod, "klp_a"))
		want := []string{"% insmod klp_a", "livepatch: 'klp_a': patching complete", "removed"}
		if diff := cmp.Diff(want, machinetest.Texts(ans.Records)); diff != "" || ans.Stall != nil {
			t.Errorf("%+v\n%s", ans.Stall, diff)
		}
		if took := time.Since(start); took < 2*time.Second || took > 2*time.Second+pollMost {
			t.Errorf("returned after %v", took)
		}
	})
}

func TestStepInBackgroundDoesNotWait(t *testing.T) {
	a, k := begun(t, func(a *Agent, _ *kerneltest.Kernel) error {
		kerneltest.Patch(t, a.files, "klp_a", "1", "1")
		rootfstest.Put(t, a.files, livepatchDir+"/klp_a/force", "")
		return nil
	})
	k.OnUnload = func(string) error { return nil }
	for _, c := range []machine.Command{
		machinetest.Cmd(machine.Insmod, "klp_a"), machinetest.Cmd(machine.Rmmod, "klp_target"), machinetest.Cmd(machine.Echo, "1", livepatchDir+"/klp_a/force"),
	} {
		c.Background = true
		if ans := machinetest.Step(t, a, c); ans.Stall != nil || ans.Errno != "" {
			t.Errorf("%s: %+v", c.Text, ans)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		go func() {
			time.Sleep(time.Second)
			kerneltest.Patch(t, a.files, "klp_a", "1", "0")
		}()
		if ans := machinetest.Step(t, a, machinetest.Cmd(machine.Wait, "klp_a")); ans.Stall != nil {
			t.Errorf("%+v", ans.Stall)
		}
	})
}

func TestStallSaysWhoBlocks(t *testing.T) {
	a, _ := begun(t, func(a *Agent, _ *kerneltest.Kernel) error {
		kerneltest.Patch(t, a.files, "klp_a", "1", "1")
		return nil
	})
	for task, state := range map[string]string{"10/task/10": "1", "11/task/11": "1", "11/task/12": "0", "13/task/13": "-1"} {
		rootfstest.Put(t, a.files, "/proc/"+task+"/patch_state", state+"\n")
		rootfstest.Put(t, a.files, "/proc/"+task+"/comm", "comm-"+task[len(task)-2:]+"\n")
		rootfstest.Put(t, a.files, "/proc/"+task+"/stack", "[<0>] msleep+0x2b/0x40\n")
	}
	synctest.Test(t, func(t *testing.T) {
		ans, err := a.Step(t.Context(), machinetest.Cmd(machine.Insmod, "klp_a"), 15*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		want := &machine.Stall{
			What: "transition of klp_a", Limit: 15 * time.Second,
			Tasks: []machine.Task{{PID: 12, Comm: "comm-12", Stack: "[<0>] msleep+0x2b/0x40"}},
			Sysfs: livepatchDir + "/klp_a/enabled = 1\n" + livepatchDir + "/klp_a/transition = 1\n",
		}
		if diff := cmp.Diff(want, ans.Stall); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"% insmod klp_a"}, machinetest.Texts(ans.Records)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStallOfRemoval(t *testing.T) {
	a, _ := begun(t, nil)
	kerneltest.Patch(t, a.files, "klp_a", "1", "0")
	synctest.Test(t, func(t *testing.T) {
		ans := machinetest.Step(t, a, machinetest.Cmd(machine.Echo, "0", livepatchDir+"/klp_a/enabled"))
		if ans.Stall == nil || ans.Stall.What != "removal of klp_a" || ans.Stall.Tasks != nil {
			t.Errorf("%+v", ans.Stall)
		}
	})
}

// A system call that does not return becomes the answer, and does not end the
// agent.
func TestStepStuckInTheKernel(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	a, _ := begun(t, func(*Agent, *kerneltest.Kernel) error {
		<-release
		return nil
	})
	ans, err := a.Step(t.Context(), machinetest.Cmd(machine.Insmod, "klp_a"), time.Nanosecond)
	if err != nil || ans.Stall == nil || ans.Stall.What != "end of insmod klp_a" || len(ans.Stall.Tasks) != 1 {
		t.Fatalf("%+v %v", ans, err)
	}
	if ans := machinetest.Step(t, a, machinetest.Cmd(machine.Cat, "/proc/sys/kernel/tainted")); ans.Output != "4096" {
		t.Errorf("the next command: %+v", ans)
	}
}

// A task that an oops has ended never returns, so it is not waited for.
func TestStepWhoseTaskTheKernelEnds(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	a, _ := begun(t, func(_ *Agent, k *kerneltest.Kernel) error {
		k.Killed.Store(true)
		k.Log.Printk("BUG: kernel NULL pointer dereference, address: 0000000000000000")
		<-release
		return nil
	})
	ans, err := a.Step(t.Context(), machinetest.Cmd(machine.Insmod, "klp_a"), time.Hour)
	want := &machine.Stall{What: "end of insmod klp_a", Died: true, Limit: time.Hour}
	if diff := cmp.Diff(want, ans.Stall); err != nil || diff != "" || len(ans.Records) != 2 {
		t.Errorf("%+v %v\n%s", ans, err, diff)
	}
}

// A shell that reaches its limit is killed; no thread of the agent is to blame.
func TestStepOfAShellThatDoesNotEnd(t *testing.T) {
	a, _ := begun(t, nil)
	rootfstest.Busybox(t, a.files)
	ans, err := a.Step(t.Context(), machinetest.Cmd(machine.Sh, "exec sleep 1000"), time.Millisecond)
	if err != nil || ans.Stall == nil || ans.Stall.What != "end of sh exec sleep 1000" || ans.Stall.Tasks != nil {
		t.Errorf("%+v %v", ans, err)
	}
}

func TestStepEndsWithItsContext(t *testing.T) {
	a, _ := begun(t, func(a *Agent, _ *kerneltest.Kernel) error {
		kerneltest.Patch(t, a.files, "klp_a", "1", "1")
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Step(ctx, machinetest.Cmd(machine.Wait, "klp_a"), time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestStepReportsOverrun(t *testing.T) {
	a, _ := begun(t, func(_ *Agent, k *kerneltest.Kernel) error {
		k.Log.Lose(3)
		k.Log.Printk("after the hole")
		return nil
	})
	_, err := a.Step(t.Context(), machinetest.Cmd(machine.Insmod, "klp_a"), time.Minute)
	var overrun *wire.OverrunError
	if !errors.As(err, &overrun) || overrun.Lost != 3 {
		t.Errorf("%v", err)
	}
	if err := a.Begin(t.Context()); err != nil { // the next case starts afresh
		t.Error(err)
	}
	machinetest.Step(t, a, machinetest.Cmd(machine.Cat, "/proc/modules"))
}

func TestStepErrors(t *testing.T) {
	a, _ := newGuest(t)
	if _, err := a.Step(t.Context(), machinetest.Cmd(machine.Cat, "/x"), time.Minute); err == nil {
		t.Error("a step before Begin")
	}
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := a.Step(t.Context(), machinetest.Cmd(machine.Insmod, "klp_b"), time.Minute)
	if err == nil || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), "was not sent") {
		t.Error(err)
	}
	long := machinetest.Cmd(machine.Cat, strings.Repeat("x", maxMarker))
	if _, err := a.Step(t.Context(), long, time.Minute); blame.Of(err) != blame.User {
		t.Error(err)
	}
}
