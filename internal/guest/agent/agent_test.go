// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

func TestUsable(t *testing.T) {
	a, _ := newGuest(t)
	if err := a.usable(); err != nil {
		t.Error(err)
	}
	os.RemoveAll(a.files.Path(livepatchDir))
	err := a.usable()
	if blame.Of(err) != blame.User || !strings.Contains(err.Error(), "CONFIG_LIVEPATCH") {
		t.Error(err)
	}
}

func TestBegin(t *testing.T) {
	a, k := newGuest(t)
	k.Log.Printk("of the boot")
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text, _ := a.files.Read("/sys/kernel/debug/clear_warn_once", 8); text != "1" {
		t.Errorf("once-only warnings are not re-armed: %q", text)
	}
	if text, _ := a.files.Read(dynamicDebug[0], 80); text != "func klp_try_switch_task -p" {
		t.Errorf("last query of dynamic debug: %q", text)
	}
	if ans := machinetest.Step(t, a, machinetest.Cmd(machine.Cat, "/proc/modules")); len(ans.Records) != 1 {
		t.Errorf("records from before the case: %v", machinetest.Texts(ans.Records))
	}
}

// TestBeginLockedDown: a kernel that is locked down has the files of debugfs, and refuses
// them even to root. A sysctl that is read-only does the same.
func TestBeginLockedDown(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Put(t, a.files, dynamicDebug[1], "")
	for _, name := range []string{clearOnce, dynamicDebug[0]} {
		if err := errors.Join(os.Remove(a.files.Path(name)), os.Symlink("/proc/sys/kernel/ostype", a.files.Path(name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text, _ := a.files.Read(dynamicDebug[1], 80); text != "func klp_try_switch_task -p" {
		t.Errorf("last query of dynamic debug: %q", text)
	}
	s, err := a.survey()
	if err != nil || !slices.Contains(s.Lacks, clearOnce) || slices.Contains(s.Lacks, dynamicDebug[0]) {
		t.Errorf("%q, %v", s.Lacks, err)
	}
}

// If nothing turns debug lines on, the facts say so, and transcripts are
// compared without them.
func TestBeginWithoutDynamicDebug(t *testing.T) {
	a, _ := newGuest(t)
	for _, test := range []struct {
		control string
		want    bool
	}{{dynamicDebug[0], false}, {dynamicDebug[1], false}, {"", true}} {
		os.RemoveAll(a.files.Path("/sys/kernel/debug"))
		os.RemoveAll(a.files.Path("/proc/dynamic_debug"))
		if test.control != "" {
			rootfstest.Put(t, a.files, test.control, "")
		}
		if err := a.Begin(t.Context()); err != nil {
			t.Errorf("%q: %v", test.control, err)
		}
		if f, err := a.facts(nil, false); err != nil || f.NoDebug != test.want {
			t.Errorf("%q: no debug lines is %v, %v", test.control, f.NoDebug, err)
		}
	}
}

func TestBeginNeedsALog(t *testing.T) {
	a, k := newGuest(t)
	k.Log.Deaf = true
	err := a.Begin(t.Context())
	if err == nil || !strings.Contains(err.Error(), "drops") || blame.Of(err) != blame.Rig {
		t.Error(err)
	}
	k.Log = nil
	if err := a.Begin(t.Context()); err == nil {
		t.Error("no error without /dev/kmsg")
	}
	if _, err := a.End(t.Context()); err == nil {
		t.Error("no error at the end of a case that has not begun")
	}
}

func TestEndTellsWhatIsLeft(t *testing.T) {
	a, k := newGuest(t)
	kerneltest.Patch(t, a.files, "klp_before", "1", "0")
	rootfstest.Put(t, a.files, "/proc/sys/kernel/tainted", "4097\n") // a taint from boot
	rootfstest.Put(t, a.files, enabledFunctions[1], "schedule (1)            \ttramp: 0xffffffffc023e000 (x+0x0/0x100) ->x+0x0/0x100\n")
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	kerneltest.Patch(t, a.files, "klp_b", "1", "0")
	rootfstest.Put(t, a.files, "/proc/modules", "klp_b 1 1 - Live 0x0\nvirtio_net 1 0 - Live 0x0\nklp_a 1 0 - Live 0x0\n")
	rootfstest.Put(t, a.files, "/proc/sys/kernel/tainted", "45057\n")
	rootfstest.Put(t, a.files, enabledFunctions[1], "schedule (1) R\nklp_target_value [klp_target] (2) R I  M \ttramp: 0x0 (klp_ftrace_handler+0x0/0x100)\n\tdirect-->x\nactive (1)\n")
	k.Log.Printk("late")
	got, err := a.End(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"late"}, machinetest.Texts(got.Records)); diff != "" {
		t.Error(diff)
	}
	got.Records = nil
	want := machine.EndState{
		Modules: []string{"klp_a", "klp_b"}, Patches: []string{"klp_b"},
		Functions: []string{"active", "klp_target_value"}, Taint: 45056 - 4096,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// State that cannot be read must not pass for nothing left.
func TestEndThatSeesNothingIsAnError(t *testing.T) {
	for _, lost := range []string{"/proc/modules", "/proc/sys/kernel/tainted", livepatchDir, enabledFunctions[0]} {
		a, _ := newGuest(t)
		rootfstest.Put(t, a.files, enabledFunctions[0], "")
		if err := a.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(a.files.Path(lost)); err != nil {
			t.Fatal(err)
		}
		if got, err := a.End(t.Context()); err == nil {
			t.Errorf("without %s: %+v", lost, got)
		}
		if err := a.Begin(t.Context()); err == nil && lost != enabledFunctions[0] {
			t.Errorf("a case begins without %s", lost)
		}
	}
}

func TestFacts(t *testing.T) {
	a, _ := newGuest(t)
	got, err := a.facts(nil, true)
	if err != nil || got.Release != "6.12.0-fake" || got.Config != nil {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := a.facts([]string{"force"}, true); err == nil {
		t.Error("no error without /proc/kallsyms")
	}
	rootfstest.Put(t, a.files, "/proc/kallsyms", "0000000000000000 d force_kobj_attr\n"+
		"0000000000000000 d xreplace_kobj_attr\n0000000000000000 d stack_order_kobj_attrs\n"+
		"0000000000000000 d patched_kobj_attr\n")
	attrs := map[string]bool{"force": true, "replace": false, "stack_order": false, "patched": true}
	got, err = a.facts([]string{"force", "replace", "stack_order", "patched"}, true)
	if diff := cmp.Diff(attrs, got.Sysfs); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestFactsConfig(t *testing.T) {
	a, _ := newGuest(t)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte("# x\nCONFIG_LIVEPATCH=y\nCONFIG_E=m\n# CONFIG_NO is not set\nCONFIG_S=\"a=b\"\nCONFIG_N=17\n"))
	z.Close()
	rootfstest.Put(t, a.files, "/proc/config.gz", b.String())
	got, err := a.facts(nil, true)
	want := map[string]string{"LIVEPATCH": "y", "E": "m", "S": "a=b", "N": "17"}
	if diff := cmp.Diff(want, got.Config); diff != "" || err != nil {
		t.Error(err, diff)
	}
	rootfstest.Put(t, a.files, "/proc/config.gz", "no gzip")
	if _, err := a.facts(nil, true); err == nil {
		t.Error("no error for a broken config")
	}
}

func TestPutFile(t *testing.T) {
	a, _ := newGuest(t)
	for _, piece := range []wire.Chunk{{Name: "sub/x.sh", Data: []byte("a"), First: true}, {Name: "sub/x.sh", Data: []byte("b")}} {
		if err := a.putFile(piece.Name, piece.Data, piece.First); err != nil {
			t.Fatal(err)
		}
	}
	path := a.files.Path(guest.FilePath("sub/x.sh"))
	if text, err := os.ReadFile(path); string(text) != "ab" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("it cannot be run: %v", err)
	}
	for _, name := range []string{"", ".", "../x", "/x", "a/../x", "a//b"} {
		if err := a.putFile(name, nil, true); blame.Of(err) != blame.User {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestPutAppends(t *testing.T) {
	a, _ := newGuest(t)
	for _, piece := range []wire.Chunk{{Name: "klp_a", Data: []byte("old"), First: true}, {Name: "klp_a", Data: []byte("a"), First: true}, {Name: "klp_a", Data: []byte("b"), First: false}} {
		if err := a.put(piece.Name, piece.Data, piece.First); err != nil {
			t.Fatal(err)
		}
	}
	if text, _ := a.files.Read(guest.ModulePath("klp_a"), 80); text != "ab" {
		t.Errorf("%q", text)
	}
	for _, name := range []string{"", "../x", "a/b", "a.ko", strings.Repeat("x", 56)} {
		if err := a.put(name, nil, true); blame.Of(err) != blame.User {
			t.Errorf("%q: %v", name, err)
		}
	}
}
