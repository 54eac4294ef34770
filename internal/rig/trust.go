// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// selftestWait is the time limit of one command of a self-test. It is shorter than
// that of a case, so that a kernel on which no command ends does not delay a run.
const selftestWait = 20 * time.Second

// errUnclear means that no self-test blames the rig, but the kernel spoilt some of them.
var errUnclear = errors.New("a self-test was spoilt by the kernel")

// trust lets no test run on guests of a shape until the rig has shown that it works
// there: that holders hold, that the log is complete, that a splat is found, and that a
// wrong expectation FAILs. Otherwise the kernel would be blamed for a fault of the rig.
//
// The cache remembers the outcome. The self-tests have their own guest, which they
// taint. They do not depend on livepatch, so that a kernel with a faulty livepatch
// gets its FAILs from the cases.
type trust struct {
	tests    func() ([]selftest, error)
	builder  builder
	remember func(ctx context.Context, s shape, show func(context.Context) error) error
	notice   func(string)

	mu    sync.Mutex // held during the tests, since all waiters need the outcome
	shown map[shape]bool
}

func (r *Rig) newTrust() *trust {
	return &trust{tests: selftests, builder: r.modules, remember: r.rememberSelftest, notice: r.o.Notice, shown: map[shape]bool{}}
}

// rememberSelftest runs the self-tests of a shape once for each combination of
// klptest, kernel, QEMU and modules. The initramfs stands for klptest itself.
func (r *Rig) rememberSelftest(ctx context.Context, s shape, show func(context.Context) error) error {
	template, err := r.identity(s)
	if err != nil {
		return err
	}
	built, err := r.modules.key()
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%x", sha256.Sum256([]byte(template+" "+built)))[:32]
	_, err = r.cache.Entry(ctx, "selftests", key, func(ctx context.Context, dir string) error { return blame.Join(show(ctx), r.describe(dir)) })
	return err
}

// identity names what the self-tests cover: klptest, and the machine that it works on.
func (r *Rig) identity(s shape) (string, error) {
	if r.solo == nil {
		id, _, err := r.templates.id(s)
		return id, err
	}
	self, err := thisProgram()
	return fmt.Sprintf("%s %s %s %q", self.key, r.solo.to, r.solo.first.Release, r.solo.first.Version), err
}

// describe records which kernel a cache entry is for.
func (r *Rig) describe(dir string) error { return cache.Describe(dir, "for "+r.kernel.Name) }

// trusted makes a maker that runs the self-tests before it makes a guest.
func (m maker) trusted(t *trust) maker {
	return func(ctx context.Context, s shape) (instance, error) {
		if err := t.in(ctx, s, m); err != nil {
			return nil, err
		}
		return m(ctx, s)
	}
}

// in returns at once, except for the first test of a shape: for that, the template
// and the shipped modules are made as well.
func (t *trust) in(ctx context.Context, s shape, m maker) error {
	defer setAside(ctx)()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shown[s] {
		return nil
	}
	err := t.remember(ctx, s, func(ctx context.Context) error { return t.show(ctx, s, m) })
	if err != nil && !errors.Is(err, errUnclear) {
		return err
	}
	t.shown[s] = true
	return nil
}

// show runs the self-tests. If the kernel spoils one, the others run on another guest.
func (t *trust) show(ctx context.Context, s shape, m maker) error {
	tests, err := t.tests()
	if err != nil {
		return err
	}
	guests := newReused(ctx, m)
	defer guests.close() // a failed close says nothing about the rig
	anySpoilt := false
	for _, test := range tests {
		spoilt, err := t.one(ctx, guests, s, test)
		if err != nil {
			return err
		}
		anySpoilt = anySpoilt || spoilt
	}
	if anySpoilt {
		return errUnclear
	}
	return nil
}

// one runs one self-test, and reports whether the kernel has spoilt it. A self-test
// that shows a broken rig is an error.
func (t *trust) one(ctx context.Context, guests *reused, s shape, test selftest) (spoilt bool, err error) {
	g, _, err := guests.get(ctx, s)
	if err != nil {
		return false, err
	}
	clean := false
	defer func() { guests.put(s, g, clean) }()
	res, err := t.run(ctx, g, test)
	if err != nil {
		return false, err
	}
	clean = test.clean(res)
	switch test.judge(res) {
	case broken:
		return false, test.fault(g, res)
	case unclear:
		if err := unsigned(res.Observation.Answers); err != nil {
			return false, err
		}
		t.notice(fmt.Sprintf("the kernel spoilt the self-test %s (%s): the cases will show how", test.Name, res.Reasons[0]))
		return true, nil
	}
	return false, nil
}

// run runs one self-test.
func (t *trust) run(ctx context.Context, g instance, test selftest) (judge.Result, error) {
	test.Wait = selftestWait
	modules, err := t.builder.of(ctx, Case(test.Case))
	if err == nil {
		err = g.put(ctx, modules)
	}
	if err != nil {
		return judge.Result{}, err
	}
	res := judge.Run(ctx, g.machine("self-test", func(string) {}), test.Case)
	return res, context.Cause(ctx)
}

// fault is the error for a broken rig.
func (t selftest) fault(g instance, res judge.Result) error {
	log, _ := g.preserve()
	came := string(res.Verdict)
	if len(res.Reasons) > 0 {
		came += ": " + res.Reasons[0]
	}
	return &blame.Error{
		Party:     blame.Rig,
		Transient: true, // an extremely busy host spoils one as well
		Summary:   fmt.Sprintf("klptest's self-test %s failed, so no verdict can be trusted (%s It came to %s)", t.Name, t.Title, came),
		Advice:    "report this line, the kernel's configuration, and the versions of QEMU and the compiler",
		Tail:      res.Diff,
		Path:      log,
	}
}
