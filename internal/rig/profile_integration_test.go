// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

// TestIntegrationProfile prints where a case's processor time goes: `make profile`.
// It runs the cases that leave their guest clean twice, one at a time: each on its
// own clone, then all on one guest.
func TestIntegrationProfile(t *testing.T) {
	if os.Getenv("KLPTEST_PROFILE") == "" {
		t.Skip("make profile")
	}
	list := contained(t)
	r := newRig(t, Options{Accel: "tcg"})
	defer r.Close()
	for _, shared := range []bool{false, true} {
		runProfiled(t, r, list, shared) // the first round makes the template and the modules
		p := runProfiled(t, r, list, shared)
		t.Logf("%d cases on %s, a guest for all: %v\n%s", len(list), r.kernel.Name, shared, p.table(len(list)))
	}
}

// contained returns the shipped cases that leave their guests clean.
func contained(t *testing.T) (list []*casefile.Case) {
	t.Helper()
	all, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if (caseTest{c}).LeavesClean(judge.Result{Verdict: judge.Pass}) {
			list = append(list, c)
		}
	}
	return list
}

// spent is processor time.
type spent struct{ qemu, host time.Duration }

// profile has the time spent in each phase, in the order of the phases.
type profile struct {
	guest  *Guest // nil: none runs
	last   spent
	phases []string
	sum    map[string]spent
}

// phase charges the time since the last call to a phase.
func (p *profile) phase(name string) {
	now := spent{host: hostTime()}
	if p.guest != nil && p.guest.VM != nil {
		now.qemu = threadTime(p.guest.VM.PID())
	}
	if _, ok := p.sum[name]; !ok {
		p.phases = append(p.phases, name)
	}
	s := p.sum[name]
	p.sum[name] = spent{s.qemu + now.qemu - p.last.qemu, s.host + now.host - p.last.host}
	p.last = now
}

func (p *profile) table(n int) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ms a case\tQEMU\tklptest\t")
	var total spent
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(n) }
	for _, name := range p.phases {
		s := p.sum[name]
		total = spent{total.qemu + s.qemu, total.host + s.host}
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t\n", name, ms(s.qemu), ms(s.host))
	}
	fmt.Fprintf(w, "all\t%.1f\t%.1f\t\n", ms(total.qemu), ms(total.host))
	w.Flush()
	return b.String()
}

func runProfiled(t *testing.T, r *Rig, list []*casefile.Case, shared bool) *profile {
	t.Helper()
	p := &profile{last: spent{host: hostTime()}, sum: map[string]spent{}}
	for i, c := range list {
		if p.guest == nil {
			p.begin(t, r, c)
		}
		modules, err := r.modules.of(t.Context(), Case(c))
		if err == nil {
			err = p.guest.put(t.Context(), modules)
		}
		if err != nil {
			t.Fatal(err)
		}
		p.phase("copy modules")
		if res := judge.Run(t.Context(), &profiled{p.guest.machine(c.Name, func(string) {}), p}, c); res.Verdict == judge.Fail || res.Verdict == judge.Error {
			t.Fatalf("%s: %s %q", c.Name, res.Verdict, res.Reasons)
		}
		p.phase("judge")
		if !shared || i == len(list)-1 {
			p.end(t)
		}
	}
	return p
}

// begin makes a guest as [Rig.cloneOf] does.
func (p *profile) begin(t *testing.T, r *Rig, c *casefile.Case) {
	t.Helper()
	tmpl, err := r.templates.get(t.Context(), r.shape().of(Case(c)))
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.newClone(r.shape().of(Case(c)))
	if err != nil {
		t.Fatal(err)
	}
	if g.VM, err = tmpl.Clone(t.Context(), g.dir); err != nil {
		t.Fatal(err)
	}
	p.guest = g
	p.phase("start QEMU, load the state")
	if err = g.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.phase("connect")
	if err = g.renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.phase("random numbers, clock")
}

func (p *profile) end(t *testing.T) {
	t.Helper()
	if err := p.guest.Close(); err != nil {
		t.Fatal(err)
	}
	p.guest, p.last.qemu = nil, 0
	p.phase("end")
}

// profiled is a machine that charges its phases to a profile.
type profiled struct {
	machine.Machine
	*profile
}

func (m *profiled) Begin(ctx context.Context) error {
	m.phase("facts")
	defer m.phase("begin the case")
	return m.Machine.Begin(ctx)
}

func (m *profiled) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	name := string(cmd.Verb)
	switch {
	case cmd.Verb == machine.Insmod && strings.HasPrefix(cmd.Args[0], "klp_target"):
		name = "insmod of a target"
	case cmd.Verb == machine.Echo && strings.HasSuffix(cmd.Args[1], "/enabled"):
		name = "echo to enabled"
	}
	defer m.phase(name)
	return m.Machine.Step(ctx, cmd, limit)
}

func (m *profiled) End(ctx context.Context) (machine.EndState, error) {
	defer m.phase("checks at the end")
	return m.Machine.End(ctx)
}

// hostTime returns the processor time of klptest itself.
func hostTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails only for an invalid argument
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// threadTime returns the processor time of all threads of a process
// (Documentation/scheduler/sched-stats.rst); 0 after its end.
func threadTime(pid int) (sum time.Duration) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file) // the thread may have ended
		var run int64
		_, _ = fmt.Sscan(string(text), &run)
		sum += time.Duration(run)
	}
	return sum
}
