// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"strconv"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/vm/vmtest"
)

func TestRoom(t *testing.T) {
	r := room{least: 128, memory: 4096, cpus: 8}
	for want, s := range map[string]shape{
		"":                      {cpus: 8, memory: 4096},
		"this kernel needs 128": {cpus: 1, memory: 127},
		"this host has 4096":    {cpus: 1, memory: 4097},
		"this host can run 8":   {cpus: 9, memory: 512},
	} {
		err := r.check(s)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.User) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := (room{}).check(shape{cpus: 64, memory: 1 << 20}); err != nil {
		t.Errorf("where nothing is known: %v", err)
	}
}

// TestAttackRoom: a case or a command line that asks for a guest too large for this host
// is rejected before QEMU is started, and with a large case fewer tests run in parallel.
func TestAttackRoom(t *testing.T) {
	r := modelRig(t, vmtest.Script{}, Options{})
	large := parse(t, "large", "Memory: "+strconv.Itoa(doctor.Here().Available()*2/3)+"\n")
	if n := r.Jobs(Cases([]*casefile.Case{large, parse(t, "small", "")})); n != 1 {
		t.Errorf("%d guests of which one takes two thirds of the memory run side by side", n)
	}
	for want, headers := range map[string]string{"of memory: this host has": "Memory: 65536", "processors: this host can run": "CPUs: 64"} {
		r.room.memory, r.room.cpus = 4096, 8
		res, err := Collect(r.Run(t.Context(), Cases([]*casefile.Case{parse(t, "greedy", headers+"\n")})))
		if err != nil || len(res) != 1 || res[0].Verdict != judge.Error || !strings.Contains(res[0].Reasons[0], want) {
			t.Errorf("%s: %+v, %v", headers, res, err)
		}
	}
	for _, o := range []Options{{Memory: 70}, {Memory: 1 << 20}, {CPUs: 200}} {
		_, err := New(t.Context(), r.cache, r.kernel, o)
		if blame.Of(err) != blame.User || !strings.Contains(err.Error(), "a guest with ") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
