// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/model"
)

// changed is a machine whose answers are changed.
type changed struct {
	machine.Machine
	change func(cmd machine.Command, ans *machine.Answer)
}

func (m changed) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	ans, err := m.Machine.Step(ctx, cmd, limit)
	m.change(cmd, &ans)
	return ans, err
}

// dropsPostUnpatch drops the record of post_unpatch after a reversal.
func dropsPostUnpatch(_ machine.Command, ans *machine.Answer) {
	reversed := false
	for i, r := range ans.Records {
		reversed = reversed || strings.Contains(r.Text, "reversing transition")
		if reversed && strings.Contains(r.Text, ": post_unpatch klp_target") {
			ans.Records = append(ans.Records[:i:i], ans.Records[i+1:]...)
			return
		}
	}
}

func TestDifference(t *testing.T) {
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} })
	got, err := Explore(t.Context(), options(0), run, run)
	if err != nil || got.Difference == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	d := got.Difference
	var ops []string
	for _, s := range d.Case.Steps {
		ops = append(ops, s.Command.Text)
	}
	want := []string{
		"insmod klp_target", "hold old", "insmod klp_a objs=klp_target funcs=klp_target_hold_old &", "echo 0 > /sys/kernel/livepatch/klp_a/enabled",
	}
	if diff := cmp.Diff(want, ops); diff != "" || d.Times != repeats || d.Tried != repeats {
		t.Errorf("%d of %d times, %s", d.Times, d.Tried, diff)
	}
	if d.Result.Verdict != judge.Fail || !strings.Contains(d.Result.Diff, "-klp_a: post_unpatch klp_target") {
		t.Errorf("%+v", d.Result)
	}
	checkReproducer(t, d)
}

// checkReproducer checks that the file is a case that a correct kernel passes,
// and that the script has its commands.
func checkReproducer(t *testing.T, d *Difference) {
	c, err := casefile.Parse("x.txtar", d.File)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := model.New("6.12")
	if res := judge.Run(t.Context(), m, c); res.Verdict != judge.Pass {
		t.Errorf("%s: %q\n%s", res.Verdict, res.Reasons, d.File)
	}
	for _, line := range []string{
		"\ninsmod ./klp_target.ko; settle\n", "\necho 1 > /sys/module/klp_target/parameters/hold_old\n",
		"\ninsmod ./klp_a.ko objs=klp_target funcs=klp_target_hold_old\n", "\necho 0 > /sys/kernel/livepatch/klp_a/enabled; settle\n",
		"\n# klp_a: post_unpatch klp_target\n", "\nsay 'hold old'\n",
	} {
		if !strings.Contains(string(d.Shell), line) {
			t.Errorf("the script lacks %q:\n%s", line, d.Shell)
		}
	}
}

// TestPassing: a difference that does not come again is reported as it was.
func TestPassing(t *testing.T) {
	n := 0
	once := func(_ machine.Command, ans *machine.Answer) {
		if n++; n == 30 {
			ans.Errno = "EIO"
		}
	}
	o := options(2)
	o.Patches = 1
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, once} })
	got, err := Explore(t.Context(), o, run, run)
	if err != nil || got.Difference == nil || got.Difference.Times != 0 || got.Difference.Tried != repeats {
		t.Fatalf("%+v, %v", got.Difference, err)
	}
}

func TestSimplerForms(t *testing.T) {
	want := []string{"insmod klp_a b=3", "insmod klp_a a=2 b=3", "insmod klp_a a=1 b=3", "insmod klp_a a=1,2"}
	if d := cmp.Diff(want, simplerForms("insmod klp_a a=1,2 b=3")); d != "" {
		t.Error(d)
	}
	if got := simplerForms("echo 0 > /x"); got != nil {
		t.Error(got)
	}
}

// TestDifferenceInLastBatch: a difference is found in a batch that is not full,
// and when only the end can be removed.
func TestDifferenceInLastBatch(t *testing.T) {
	denied := func(cmd machine.Command, ans *machine.Answer) {
		if ans.Errno == "EAGAIN" && cmd.Verb == machine.Rmmod {
			ans.Errno = "EPERM"
		}
	}
	o := options(2)
	o.Jobs, o.Patches = 1<<20, 1
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, denied} })
	got, err := Explore(t.Context(), o, run, run)
	if err != nil || got.Difference == nil || got.Whole {
		t.Fatalf("%+v, %v", got, err)
	}
	if d := got.Difference; len(d.Case.Steps) != 2 || d.Times != repeats {
		t.Errorf("%d times:\n%s", d.Times, d.File)
	}
}

// TestBudget: no time, no sequences.
func TestBudget(t *testing.T) {
	o := options(1)
	o.Budget = 0
	got, err := Explore(t.Context(), o, onModel("6.12", same), onModel("6.12", same))
	if err != nil || got.Sequences != 0 || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTriedAgainOnFreshMachines: a difference that depends on what an earlier
// sequence did to its machine does not come again.
func TestTriedAgainOnFreshMachines(t *testing.T) {
	denied := func(_ machine.Command, ans *machine.Answer) { ans.Errno = "EIO" }
	worn := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, denied} })
	got, err := Explore(t.Context(), options(1), worn, onModel("6.12", same))
	if err != nil || got.Difference == nil || got.Difference.Times != 0 {
		t.Errorf("%+v, %v", got.Difference, err)
	}
}

// TestErrorKeepsTheDifference: a difference is not lost if it cannot be tried
// again.
func TestErrorKeepsTheDifference(t *testing.T) {
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} })
	broken := errors.New("no place")
	fresh := func(context.Context, []*casefile.Case) iter.Seq2[judge.Result, error] {
		return func(yield func(judge.Result, error) bool) { yield(judge.Result{}, broken) }
	}
	got, err := Explore(t.Context(), options(0), run, fresh)
	if err != broken || got.Difference == nil || got.Difference.Tried != 0 || len(got.Difference.Shell) == 0 {
		t.Errorf("%+v, %v", got.Difference, err)
	}
}

// TestUnsteadyIsNotShrunk: a shorter form of an unsteady difference may never
// show.
func TestUnsteadyIsNotShrunk(t *testing.T) {
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} })
	fresh := running(func(ctx context.Context, n int, c *casefile.Case) judge.Result {
		if n == 1 {
			return judge.Broken(c, errors.New("no guest"))
		}
		m, _ := model.New("6.12")
		if n%2 == 0 {
			return judge.Run(ctx, changed{m, dropsPostUnpatch}, c)
		}
		return judge.Run(ctx, m, c)
	})
	got, err := Explore(t.Context(), options(0), run, fresh)
	d := got.Difference
	if err != nil || d == nil || d.Times != 3 || d.Tried != 4 || d.Case.Title != "A made-up sequence." {
		t.Errorf("%+v, %v", d, err)
	}
}
