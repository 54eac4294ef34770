// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"iter"
	"path/filepath"
	"sync/atomic"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// Rig is a kernel that is ready to boot, its modules, and the guests that run it.
type Rig struct {
	o         Options
	cache     *cache.Cache
	kernel    *images.Kernel
	kernelID  string
	room      room
	initrd    string
	initrdKey string // names its contents
	modules   *modules
	templates *templates
	trust     *trust
	image     *Image             // nil: the guests are klptest's own
	place     kmods.Place        // where modules are built; nil: on this host
	counting  *gcov.Kernel       // nil: coverage was not requested
	work      string             // the guests' logs
	guests    atomic.Int32       // number of guests so far
	keep      atomic.Bool        // work outlives the rig
	reused    *reused            // nil unless guests are reused
	solo      *solo              // nil: the tests run on guests
	jumps     bool               // the time of idle guests jumps
	left      string             // what is left on its machine, after Close
	cancel    context.CancelFunc // ends the modules' build and reused guests
	release   func()             // of the work directory
}

// New prepares the guests of a kernel, and starts to build the modules. Close
// releases everything.
func New(ctx context.Context, c *cache.Cache, k *images.Kernel, o Options) (*Rig, error) {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if err := o.Precheck(); err != nil {
		return nil, err
	}
	trim(ctx, c, o.Notice)
	o.CPUs = cmp.Or(o.CPUs, 1)
	if o.Memory == 0 {
		o.Memory = k.Memory()
	}
	room := newRoom(k)
	if err := room.check(shape{o.CPUs, o.Memory}); err != nil {
		return nil, err
	}
	initrd, initrdKey, err := baseInitramfs(ctx, c, k, o.World)
	if err != nil {
		return nil, err
	}
	work, release, err := c.Temp("run")
	if err != nil {
		return nil, err
	}
	r := &Rig{o: o, cache: c, kernel: k, room: room, initrd: initrd, initrdKey: initrdKey, work: work, release: release}
	r.keep.Store(o.Keep)
	kernel, err := kernelKey(k)
	r.kernelID = kernelID(k, kernel)
	r.templates = newTemplates(r, kernel+" "+initrdKey)
	if err == nil && o.Gcov {
		r.counting, err = openCounters(ctx, k, filepath.Join(work, "gcov"))
	}
	if err != nil {
		release()
		return nil, err
	}
	r.begin(ctx)
	return r, nil
}

func trim(ctx context.Context, c *cache.Cache, notice func(string)) {
	if err := c.Trim(ctx, cacheExpiry, cacheSize, "templates", "initramfs", "selftests"); err != nil {
		notice("old cache entries stay: " + err.Error())
	}
}

// begin starts everything that lasts until Close.
func (r *Rig) begin(ctx context.Context) {
	about := r.Spec().About()
	if about.Notice != "" {
		r.o.Notice(about.Notice) // clones are not booted, so they would not report it
	}
	r.jumps = about.Jumps
	ctx, r.cancel = context.WithCancel(ctx)
	r.modules = startModules(ctx, &kmods.Builder{Cache: r.cache, Trust: r.o.Trust, Notice: r.o.Notice}, r.target())
	r.trust = r.newTrust()
	if r.o.Guests == Reused || r.o.Guests == Proven {
		r.reused = newReused(ctx, r.maker())
	}
}

// target describes what modules for the kernel are built against.
func (r *Rig) target() kmods.Target {
	k := r.kernel
	if r.place != nil { // headers in an image are not in the cache
		return kmods.Target{KDir: k.KDir, Release: k.Release, Key: k.Key, Place: r.place}
	}
	return kmods.Target{KDir: k.KDir, Release: k.Release, Headers: k.Headers, Live: k.Live(), Key: k.Key, Toolchain: k.Toolchain,
		Mend: func(ctx context.Context) error {
			return catalog.Mend(ctx, r.cache, k, images.Options{Notice: r.o.Notice})
		}}
}

// Run runs the tests and yields their results, in the order of the tests. An error
// is yielded last: ctx has ended, or a guest could not be closed. A caller that
// wants no more results breaks the loop.
func (r *Rig) Run(ctx context.Context, list []Test) iter.Seq2[judge.Result, error] {
	if r.solo != nil {
		one := func() source { return r.solo }
		return r.runFrom(ctx, list, one, one)
	}
	if r.reused == nil {
		return r.RunFresh(ctx, list)
	}
	return r.runFrom(ctx, list, func() source { return lasting{r.reused} }, func() source { return newEach(ctx, r.reused.make, false, map[shape]int{}) })
}

// RunFresh is Run on guests that no earlier run has used.
func (r *Rig) RunFresh(ctx context.Context, list []Test) iter.Seq2[judge.Result, error] {
	m := r.maker()
	return r.runFrom(ctx, list, func() source { return r.source(ctx, m, r.shape().count(list)) }, func() source { return newEach(ctx, m, false, map[shape]int{}) })
}

// RunCases is Run for cases.
func (r *Rig) RunCases(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error] {
	return r.Run(ctx, Cases(list))
}

// RunCasesFresh is RunFresh for cases.
func (r *Rig) RunCasesFresh(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error] {
	return r.RunFresh(ctx, Cases(list))
}

// runFrom runs the tests on the guests of a source, and further runs on the guests of
// another. Each loop over the results opens both sources.
func (r *Rig) runFrom(ctx context.Context, list []Test, open, again func() source) iter.Seq2[judge.Result, error] {
	return func(yield func(judge.Result, error) bool) {
		from, fresh := open(), again()
		wanted := true
		for res, err := range r.runner(from, fresh, list).run(ctx, list) {
			if wanted = yield(res, err) && err == nil; !wanted {
				break
			}
		}
		err := blame.Join(fresh.close(), from.close())
		if err != nil && wanted { // ending a run early cuts off its guests
			yield(judge.Result{}, err)
		}
	}
}

func (r *Rig) runner(from, fresh source, list []Test) *runner {
	return &runner{source: from, fresh: fresh, builder: r.modules, def: r.shape(), pace: r.pace(list), lean: r.o.Lean, proven: r.o.Guests == Proven, confirm: r.o.Confirm, progress: r.o.Progress}
}

// shape is the default shape of a test.
func (r *Rig) shape() shape { return shape{r.o.CPUs, r.o.Memory} }

// maker returns a maker of guests for cases, according to the options.
func (r *Rig) maker() maker {
	m := maker(func(ctx context.Context, s shape) (instance, error) { return r.clone(ctx, s) })
	if r.o.Guests == Shared || r.o.Guests == Booted {
		m = func(ctx context.Context, s shape) (instance, error) { return r.boot(ctx, s) }
	}
	return m.trusted(r.trust).rememberFailures(r.shape(), 1+r.o.Confirm)
}

func (r *Rig) source(ctx context.Context, m maker, wanted map[shape]int) source {
	if r.o.Guests == Shared {
		return newReused(ctx, m)
	}
	return newEach(ctx, m, r.o.Guests == Cloned && !r.o.Cold, wanted)
}

// Guest starts a guest of the shape that c asks for, with all shipped modules and
// those of c. The caller must close it. c may be nil.
func (r *Rig) Guest(ctx context.Context, c *casefile.Case) (*Guest, error) {
	list, err := r.wanted(ctx, c)
	if err != nil {
		return nil, err
	}
	s := r.shape()
	if c != nil {
		s = s.of(Case(c))
	}
	g, err := r.clone(ctx, s)
	if err != nil {
		return nil, err
	}
	return g.orClose(ctx, g.put(ctx, list))
}

// Spec describes the guest of a test without special needs.
func (r *Rig) Spec() vm.Spec { return r.spec(r.shape()) }

// Image returns the image that the guests boot from; nil: they are klptest's own.
func (r *Rig) Image() *Image { return r.image }

// Kernel returns the kernel under test.
func (r *Rig) Kernel() *images.Kernel { return r.kernel }

// Gcov returns the kernel's coverage data; nil without Options.Gcov.
func (r *Rig) Gcov() *gcov.Kernel { return r.counting }

// Compiler returns the version line of the modules' compiler; empty if it is unknown.
func (r *Rig) Compiler(ctx context.Context) string {
	text, err := r.modules.builder.Compiler(ctx, r.modules.target)
	if err != nil {
		return "" // the build of the modules reports more
	}
	return text
}

// Work returns the directory with each guest's logs. It outlives Close if a test
// failed or Options.Keep is set.
func (r *Rig) Work() string { return r.work }

// Kept reports whether Work outlives Close.
func (r *Rig) Kept() bool { return r.keep.Load() }

// Close ends the guests and removes everything that need not be kept.
func (r *Rig) Close() error {
	var errs error
	if r.reused != nil {
		errs = blame.Join(errs, r.reused.close())
	}
	if r.solo != nil {
		r.left = r.solo.farewell()
	}
	r.cancel()
	r.templates.close()
	_, _ = r.modules.shipped() // ends now; callers that need the error have it
	return blame.Join(errs, r.leave())
}

// leave releases the work directory, and keeps it if requested.
func (r *Rig) leave() (err error) {
	defer r.release()
	if r.keep.Load() {
		err = r.cache.Keep(r.work, r.o.Keep)
	}
	return err
}
