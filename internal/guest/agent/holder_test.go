// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func TestHeldTaskMustBeInTheFunction(t *testing.T) {
	const (
		inside  = "[<0>] msleep+0x2f/0x40\n[<0>] klp_target_hold_old+0x33/0x50 [klp_target]\n[<0>] kthread+0xd2/0x100\n"
		probe   = "[<0>] msleep+0x2f/0x40\n[<0>] probe_klp_target_hold_old+0x33/0x50 [klp_a]\n[<0>] kthread+0xd2/0x100\n"
		outside = "[<0>] msleep+0x2f/0x40\n[<0>] hold_old_thread+0x33/0x50 [klp_target]\n[<0>] kthread+0xd2/0x100\n"
		clone   = "[<0>] msleep+0x2f/0x40\n[<0>] klp_target_hold_old.part.0+0x33/0x50 [klp_target]\n"
		unknown = "[<0>] msleep+0x2f/0x40\n[<0>] 0xffffffffc0201033\n"
	)
	for name, tt := range map[string]struct {
		state, stack, patch string
		want                string
	}{
		"inside":               {"2", inside, "", ""},
		"in a probe's":         {"2", probe, "klp_b", ""},
		"not yet inside":       {"1", outside, "", ""},
		"let out":              {"0", outside, "", ""},
		"outside":              {"2", outside, "", "the task klp_hold_old does not sleep in klp_target_hold_old(), so it holds nothing: msleep < hold_old_thread < kthread"},
		"in a part of it":      {"2", clone, "", "msleep < klp_target_hold_old.part.0"},
		"outside of a probe's": {"2", outside, "klp_b", "does not sleep in klp_target_hold_old()"},
		"in a stranger's":      {"2", outside, "klp_room_patch", ""},
		"no symbols":           {"2", unknown, "", ""},
		"no stack":             {"2", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := newGuest(t)
			rootfstest.Put(t, a.files, holderAt+"old", "")
			rootfstest.Put(t, a.files, "/proc/1/comm", "init\n")
			rootfstest.Put(t, a.files, "/proc/77/comm", "klp_hold_old\n")
			rootfstest.Put(t, a.files, "/proc/77/stack", tt.stack)
			if tt.patch != "" {
				rootfstest.Put(t, a.files, livepatchDir+"/"+tt.patch+"/klp_target/klp_target_hold_old,1/x", "")
			}
			synctest.Test(t, func(t *testing.T) {
				out := a.run(t.Context(), machinetest.Cmd(machine.Echo, tt.state, holderAt+"old")) // what is read is what was written
				if tt.want == "" && out.err != nil {
					t.Error(out.err)
				}
				if tt.want != "" && (out.err == nil || blame.Of(out.err) != blame.Rig || !strings.Contains(out.err.Error(), tt.want)) {
					t.Errorf("%v, want %q", out.err, tt.want)
				}
			})
		})
	}
}
