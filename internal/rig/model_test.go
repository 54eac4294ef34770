// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/kmods/kmodstest"
	"github.com/klptest/klptest/vm"
	"github.com/klptest/klptest/vm/vmtest"
)

// modelRig is a rig with a fake QEMU, whose guests answer by the model of livepatch.
func modelRig(t *testing.T, script vmtest.Script, o Options) *Rig {
	t.Helper()
	const release = "6.12.0-fake"
	if vmtest.Dynamic(t) {
		t.Skip("the test program is /init of the guests, which must be static: CGO_ENABLED=0")
	}
	bin := t.TempDir()
	kmodstest.Make(t, bin)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	script.Model = "6.12"
	o.QEMU, o.Accel = vmtest.QEMU(t, script), vm.TCG
	o.Notice = func(line string) { t.Log(line) }
	k := &images.Kernel{
		Name: "fake", Release: release, Image: vmtest.Kernel(t), KDir: kmodstest.KDir(t, release),
		Config: map[string]string{"LIVEPATCH": "y", "DYNAMIC_DEBUG": "y", "SMP": "y", "BUG": "y", "HZ": "250"},
	}
	r, err := New(t.Context(), cachetest.New(t), k, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func shipped(t *testing.T, names ...string) []*casefile.Case {
	t.Helper()
	all, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	list, err := cases.Select(all, names)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestRunOnModels: all kinds of guests give the same verdicts.
func TestRunOnModels(t *testing.T) {
	wrong := *shipped(t, "state-add")[0]
	wrong.Name, wrong.Steps = "wrong", wrong.Steps[:len(wrong.Steps)-1]
	list := append(shipped(t, "state-add", "state-takeover-higher", "version-forgotten-disable"), &wrong)
	for name, guests := range map[string]Guests{"cloned": Cloned, "booted": Booted, "shared": Shared, "reused": Reused} {
		t.Run(name, func(t *testing.T) {
			r := modelRig(t, vmtest.Script{}, Options{Guests: guests, Confirm: 1, Jobs: 2})
			results, err := Collect(r.RunCases(t.Context(), list))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, res := range results {
				got = append(got, string(res.Verdict)+" "+res.Name)
			}
			want := []string{"PASS state-add", "PASS state-takeover-higher", "PASS version-forgotten-disable", "FAIL wrong"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if c := results[len(results)-1].Confirmation; c.Failed != 2 || c.Runs != 2 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// TestGuestOnModel: a guest for people has the modules, plays a case to a step, and
// keeps its logs on request.
func TestGuestOnModel(t *testing.T) {
	r := modelRig(t, vmtest.Script{}, Options{})
	c := shipped(t, "state-add")[0]
	g, err := r.Guest(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	res, err := g.Play(t.Context(), c)
	if err != nil || !strings.Contains(res.Observed, "% insmod klp_a") {
		t.Errorf("%v: %s", err, res.Observed)
	}
	broken := errors.New("no such command")
	if err := g.Do(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	log, qemu := g.preserve()
	if _, err := os.Stat(log); err != nil || !strings.Contains(qemu, "-initrd") {
		t.Errorf("%v: %s", err, qemu)
	}
	if text, err := os.ReadFile(filepath.Join(filepath.Dir(log), commandFile)); err != nil || string(text) != qemu+"\n" {
		t.Errorf("%v: %s", err, text)
	}
}

// TestDeathOnModel: the death of a guest is the kernel's fault if its log says so.
// A failure of QEMU is not, and ends the run if no guest survives.
func TestDeathOnModel(t *testing.T) {
	for name, tt := range map[string]struct {
		steps []vmtest.Step
		want  judge.Verdict // empty: none
	}{
		"panic":     {[]vmtest.Step{{After: "cont"}, {Print: "<0>[    1.000000] Kernel panic - not syncing: x\n"}, vmtest.Exit(0)}, judge.Fail},
		"QEMU dies": {[]vmtest.Step{{After: "cont"}, vmtest.Exit(1)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := modelRig(t, vmtest.Script{Steps: tt.steps}, Options{})
			results, err := Collect(r.RunCases(t.Context(), shipped(t, "state-add")))
			_, unfit := errors.AsType[Unfit](err)
			if tt.want == "" && (!unfit || len(results) > 0) || tt.want != "" && (err != nil || len(results) != 1 || results[0].Verdict != tt.want) {
				t.Errorf("%v, %+v", err, results)
			}
		})
	}
}

// TestDeathBeforePlay: a guest for people that dies leaves its log.
func TestDeathBeforePlay(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	r := modelRig(t, vmtest.Script{Runs: runs}, Options{})
	c := shipped(t, "state-add")[0]
	g, err := r.Guest(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	killLast(t, runs)
	<-g.VM.Exited()
	_, err = g.Play(t.Context(), c)
	if err == nil {
		t.Error("it plays on")
	}
	console := g.VM.Console().Path()
	if err := errors.Join(g.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(console); err != nil {
		t.Error(err)
	}
}

// killLast kills the last QEMU that was started; see Script.Runs.
func killLast(t *testing.T, runs string) {
	t.Helper()
	text, err := os.ReadFile(runs)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	pid, err := strconv.Atoi(strings.Fields(lines[len(lines)-1])[0])
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
}
