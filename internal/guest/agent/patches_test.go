// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func TestUnsettled(t *testing.T) {
	for name, tc := range map[string]struct {
		patches map[string][2]string // enabled, transition
		want    string
	}{
		"none":               {nil, ""},
		"enabled":            {map[string][2]string{"a": {"1", "0"}, "b": {"1", "0"}}, ""},
		"patching":           {map[string][2]string{"a": {"1", "0"}, "b": {"1", "1"}}, "transition of b"},
		"unpatching":         {map[string][2]string{"a": {"0", "1"}}, "transition of a"},
		"replaced":           {map[string][2]string{"a": {"0", "0"}, "b": {"1", "0"}}, "removal of a"},
		"transition matters": {map[string][2]string{"a": {"0", "1"}, "b": {"0", "0"}}, "transition of a"},
	} {
		t.Run(name, func(t *testing.T) {
			root := rootfs.Tree(t.TempDir())
			for p, v := range tc.patches {
				kerneltest.Patch(t, root, p, v[0], v[1])
			}
			if got := unsettled(root); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// A directory whose attributes have gone is still being removed.
func TestUnsettledWhileVanishing(t *testing.T) {
	root := rootfs.Tree(t.TempDir())
	kerneltest.Patch(t, root, "klp_a", "0", "0")
	os.Remove(root.Path(livepatchDir + "/klp_a/enabled"))
	if got := unsettled(root); got != "removal of klp_a" {
		t.Errorf("%q", got)
	}
}

// completing is a tree whose transition completes just before the attribute
// named at is read.
type completing struct {
	rootfs.Tree
	at       string
	complete func()
}

func (c completing) Read(name string, limit int) (string, error) {
	if name == c.at {
		c.complete()
	}
	return c.Tree.Read(name, limit)
}

// A livepatch that is replaced between two reads is not taken for one that
// stays.
func TestUnsettledWhileCompleting(t *testing.T) {
	for _, patch := range []string{"klp_a", "klp_b"} {
		for _, name := range []string{"enabled", "transition"} {
			root := rootfs.Tree(t.TempDir())
			kerneltest.Patch(t, root, "klp_a", "1", "0")
			kerneltest.Patch(t, root, "klp_b", "1", "1")
			tree := completing{Tree: root, at: attribute(patch, name), complete: func() {
				kerneltest.Patch(t, root, "klp_a", "0", "0")
				kerneltest.Patch(t, root, "klp_b", "1", "0")
			}}
			if got := unsettled(tree); got == "" {
				t.Errorf("completed at %s of %s: settled, though klp_a is to be removed", name, patch)
			}
		}
	}
}

func task(t *testing.T, root rootfs.Tree, pid int, state string) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/task/%d/", pid, pid)
	rootfstest.Put(t, root, dir+"patch_state", state+"\n")
	rootfstest.Put(t, root, dir+"comm", "worker\n")
}

func TestBlockersAreBounded(t *testing.T) {
	root := rootfs.Tree(t.TempDir())
	for pid := range 2 * maxTasks {
		task(t, root, pid+1, "0")
	}
	if got := blockers(root); got != nil {
		t.Errorf("no transition, but %d tasks", len(got))
	}
	kerneltest.Patch(t, root, "klp_a", "1", "1")
	rootfstest.Put(t, root, "/proc/1/task/1/stack", strings.Repeat("x", maxStack+1))
	got := blockers(root)
	if len(got) != maxTasks {
		t.Fatalf("%d tasks", len(got))
	}
	if n := len(got[0].Stack); n != maxStack+len(guest.CutNote)+1 {
		t.Errorf("a stack of %d bytes", n)
	}
	if !strings.HasPrefix(got[1].Stack, "[no stack: ") {
		t.Errorf("%q", got[1].Stack)
	}
}

// While unpatching, tasks that are still patched block.
func TestBlockersOfUnpatching(t *testing.T) {
	root := rootfs.Tree(t.TempDir())
	kerneltest.Patch(t, root, "klp_a", "0", "1")
	task(t, root, 5, "0")
	task(t, root, 6, "1")
	if got := blockers(root); len(got) != 1 || got[0].PID != 6 {
		t.Errorf("%+v", got)
	}
}

func TestDescribe(t *testing.T) {
	root := rootfs.Tree(t.TempDir())
	if got := describe(root); got != "" {
		t.Errorf("nothing there: %q", got)
	}
	kerneltest.Patch(t, root, "klp_a", "1", "0")
	rootfstest.Put(t, root, livepatchDir+"/klp_a/vmlinux/patched", "1\n")
	want := livepatchDir + "/klp_a/enabled = 1\n" + livepatchDir + "/klp_a/transition = 0\n" +
		livepatchDir + "/klp_a/vmlinux/patched = 1\n"
	if diff := cmp.Diff(want, describe(root)); diff != "" {
		t.Error(diff)
	}
	for i := range 1000 {
		rootfstest.Put(t, root, fmt.Sprintf("%s/klp_%d/enabled", livepatchDir, i), strings.Repeat("x", 100))
	}
	if n := len(describe(root)); n > maxTree+300 {
		t.Errorf("%d bytes", n)
	}
}
