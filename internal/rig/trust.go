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
)

// selftestWait is for one command of a self-test: a kernel that lets none end
// is not waited for as long as a case waits.
const selftestWait = 20 * time.Second

// errUnclear tells that the self-tests do not blame the rig, and that not all
// of them could speak.
var errUnclear = errors.New("a self-test was spoilt by the kernel")

// trust keeps cases from guests of a shape on which the rig has not shown that
// it works: that what holds holds, that the log is whole, that a splat is found
// and that a wrong expectation FAILs. Otherwise a fault of the rig would be
// called the kernel's.
//
// What was shown is remembered in the cache. The self-tests have a guest of
// their own, which they taint. They rest on nothing that livepatch does, so
// that a kernel whose livepatch is wrong gets its FAILs from the cases.
type trust struct {
	tests    func() ([]selftest, error)
	builder  builder
	remember func(ctx context.Context, s shape, show func(context.Context) error) error
	notice   func(string)

	mu    sync.Mutex // held during the tests: all who wait want to know
	shown map[shape]bool
}

func (r *Rig) newTrust() *trust {
	return &trust{tests: selftests, builder: r.modules, remember: r.rememberSelftest, notice: r.o.Notice, shown: map[shape]bool{}}
}

// rememberSelftest has the self-tests of a shape shown once for the same
// klptest, kernel, QEMU and modules. The initramfs has klptest itself.
func (r *Rig) rememberSelftest(ctx context.Context, s shape, show func(context.Context) error) error {
	template, err := r.spec(s).TemplateID(r.templates.key)
	if err != nil {
		return err
	}
	built, err := r.modules.key()
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%x", sha256.Sum256([]byte(template+" "+built)))[:32]
	_, err = r.cache.Entry(ctx, "selftests", key, func(ctx context.Context, _ string) error { return show(ctx) })
	return err
}

// trusted makes a maker whose guests have shown that they can be trusted.
func (m maker) trusted(t *trust) maker {
	return func(ctx context.Context, s shape) (instance, error) {
		if err := t.in(ctx, s, m); err != nil {
			return nil, err
		}
		return m(ctx, s)
	}
}

func (t *trust) in(ctx context.Context, s shape, m maker) error {
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

// show runs the self-tests. After one that the kernel has spoilt the others
// run on another guest.
func (t *trust) show(ctx context.Context, s shape, m maker) error {
	tests, err := t.tests()
	if err != nil {
		return err
	}
	guests := newReused(ctx, m)
	defer guests.close() // that one does not end cleanly is no news about the rig
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

// one runs one self-test, and tells whether the kernel has spoilt it. A
// self-test that shows a broken rig is an error.
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
	res := judge.Run(ctx, g.machine(func(string) {}), test.Case)
	return res, context.Cause(ctx)
}

// fault is the error of a rig that is broken.
func (t selftest) fault(g instance, res judge.Result) error {
	log, _ := g.preserve()
	came := string(res.Verdict)
	if len(res.Reasons) > 0 {
		came += ": " + res.Reasons[0]
	}
	return &blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("klptest's self-test %s failed, so no verdict can be trusted (%s It came to %s)", t.Name, t.Title, came),
		Advice:  "report this line, the kernel's configuration, and the versions of QEMU and the compiler",
		Tail:    res.Diff,
		Path:    log,
	}
}
