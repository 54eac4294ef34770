// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/hashicorp/go-multierror"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// Options says on what to run. The zero value of a field is its default.
type Options struct {
	Kernel     string   // a kernel in the notation of images.Resolve
	KDir       string   // the build directory of a kernel given as a file
	KernelArgs []string // further arguments of the kernel's command line
	QEMU       string
	Accel      vm.Accel
	Memory     int          // MiB, for cases that do not say; 0: what the kernel needs
	CPUs       int          // likewise
	Trust      bool         // build foreign C without a sandbox where there is none
	Keep       bool         // keep each guest's logs whatever the verdicts
	Jobs       int          // cases that run side by side
	Confirm    uint         // how often a case that fails is run again, on guests of its own
	OneVM      bool         // cases run one at a time, in one guest for as long as each leaves it clean
	Fresh      bool         // a boot for each case
	Cold       bool         // make no guest before it is asked for
	Lean       bool         // results come without their observations, which can be large
	Reuse      bool         // a guest serves case after case, as long as each leaves it clean
	Notice     func(string) // one-liners for people
	Console    io.Writer    // a live copy of each guest's console
}

// spec is what the options say of each guest.
func (o Options) spec() vm.Spec {
	return vm.Spec{
		QEMU:    o.QEMU,
		Append:  append(guest.KernelArgs(), o.KernelArgs...),
		Memory:  o.Memory,
		CPUs:    o.CPUs,
		Accel:   o.Accel,
		Notice:  o.Notice,
		Console: o.Console,
	}
}

// Rig is a kernel made ready to boot, its modules, and the guests that run
// it.
type Rig struct {
	o         Options
	cache     *cache.Cache
	kernel    *images.Kernel
	room      room
	initrd    string
	initrdKey string // names its contents
	modules   *modules
	templates *templates
	trust     *trust
	work      string             // the guests' logs
	guests    atomic.Int32       // counts them
	keep      atomic.Bool        // work outlives the rig
	reused    *reused            // nil unless guests are
	cancel    context.CancelFunc // ends the modules' build, and reused guests
	release   func()             // of the work directory
}

// New resolves the kernel and prepares what its guests boot; the modules are
// built meanwhile. Close gives everything back.
func New(ctx context.Context, c *cache.Cache, o Options) (*Rig, error) {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if err := o.spec().Precheck(); err != nil {
		return nil, err // before anything is downloaded
	}
	k, err := images.Resolve(ctx, c, o.Kernel, images.Options{KDir: o.KDir, Notice: o.Notice})
	if err != nil {
		return nil, err
	}
	o.CPUs = cmp.Or(o.CPUs, 1)
	if o.Memory == 0 {
		o.Memory = k.Memory()
	}
	room := newRoom(k)
	if err := room.check(shape{o.CPUs, o.Memory}); err != nil {
		return nil, err
	}
	initrd, initrdKey, err := baseInitramfs(ctx, c, k)
	if err != nil {
		return nil, err
	}
	work, release, err := c.Temp("run")
	if err != nil {
		return nil, err
	}
	r := &Rig{o: o, cache: c, kernel: k, room: room, initrd: initrd, initrdKey: initrdKey, work: work, release: release}
	r.keep.Store(o.Keep)
	if r.templates, err = r.newTemplates(); err != nil {
		release()
		return nil, err
	}
	r.begin(ctx)
	return r, nil
}

// begin begins what goes on until Close.
func (r *Rig) begin(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	r.modules = startModules(ctx, &kmods.Builder{Cache: r.cache, Trust: r.o.Trust, Notice: r.o.Notice}, r.target())
	r.trust = r.newTrust()
	if r.o.Reuse {
		r.reused = newReused(ctx, r.maker())
	}
}

// target is what modules for the kernel are built against.
func (r *Rig) target() kmods.Target {
	k := r.kernel
	return kmods.Target{KDir: k.KDir, Release: k.Release, Headers: k.Headers, Live: k.Live, Key: k.Key,
		Mend: func(ctx context.Context) error { return k.Mend(ctx, r.cache, images.Options{Notice: r.o.Notice}) }}
}

// Run runs the cases and tells ev of each. It returns early only when ctx
// ends or a result cannot be reported.
func (r *Rig) Run(ctx context.Context, list []*casefile.Case, ev Events) ([]judge.Result, error) {
	if r.reused == nil {
		return r.RunFresh(ctx, list, ev)
	}
	return r.runFrom(ctx, r.reused, r.reused.make, list, ev)
}

// RunFresh is Run without a guest of an earlier run.
func (r *Rig) RunFresh(ctx context.Context, list []*casefile.Case, ev Events) (results []judge.Result, err error) {
	m := r.maker()
	from := r.source(ctx, m, r.shape().count(list))
	defer func() { err = errors.Join(err, from.close()) }()
	return r.runFrom(ctx, from, m, list, ev)
}

// runFrom runs the cases on the guests of a source. What is tried again has
// guests that the same maker makes.
func (r *Rig) runFrom(ctx context.Context, from source, m maker, list []*casefile.Case, ev Events) (results []judge.Result, err error) {
	fresh := newEach(ctx, m, false, map[shape]int{})
	defer func() { err = errors.Join(err, fresh.close()) }()
	return r.runner(from, fresh).run(ctx, list, ev)
}

func (r *Rig) runner(from, fresh source) *runner {
	jobs := r.o.Jobs
	if r.o.OneVM {
		jobs = 1
	}
	return &runner{source: from, fresh: fresh, modules: r.modules.of, def: r.shape(), jobs: jobs, lean: r.o.Lean, confirm: r.o.Confirm}
}

// shape is for what a case does not say.
func (r *Rig) shape() shape { return shape{r.o.CPUs, r.o.Memory} }

// maker makes guests for cases, as the options want them.
func (r *Rig) maker() maker {
	m := maker(func(ctx context.Context, s shape) (instance, error) { return r.clone(ctx, s) })
	if r.o.OneVM || r.o.Fresh {
		m = func(ctx context.Context, s shape) (instance, error) { return r.boot(ctx, s) }
	}
	return m.trusted(r.trust).orGiveUp(1 + r.o.Confirm)
}

func (r *Rig) source(ctx context.Context, m maker, wanted map[shape]int) source {
	if r.o.OneVM {
		return newReused(ctx, m)
	}
	return newEach(ctx, m, !r.o.Fresh && !r.o.Cold, wanted)
}

// Guest starts a guest that is the caller's to close, of the shape that c asks
// for, with all shipped modules and c's own in it. c may be nil.
func (r *Rig) Guest(ctx context.Context, c *casefile.Case) (*Guest, error) {
	list, err := r.modules.all()
	if err != nil {
		return nil, err
	}
	s := r.shape()
	if c != nil {
		own, err := r.modules.of(ctx, c)
		if err != nil {
			return nil, err
		}
		list, s = append(list, own...), s.of(c)
	}
	g, err := r.clone(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := g.put(ctx, list); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// Kernel is the kernel under test.
func (r *Rig) Kernel() *images.Kernel { return r.kernel }

// Work is the directory that holds each guest's logs; it outlives Close when
// something failed, or when it was to be kept.
func (r *Rig) Work() string { return r.work }

// Close ends the guests and removes what need not be kept.
func (r *Rig) Close() error {
	var errs *multierror.Error
	if r.reused != nil {
		errs = multierror.Append(errs, r.reused.close())
	}
	r.cancel()
	r.templates.close()
	_, _ = r.modules.shipped() // ends now; whoever needs its error has asked for it
	if r.keep.Load() {
		errs = multierror.Append(errs, r.cache.Keep(r.work))
	}
	r.release()
	return errs.ErrorOrNil()
}
