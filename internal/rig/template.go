// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm"
)

// templates are the stopped guests from which the guests of this rig are cloned,
// one for each shape. They stay in the cache.
type templates struct {
	rig *Rig
	key string // names the contents of what they boot; see contents

	mu     sync.Mutex // held while a template is made, since all waiters need it
	open   map[shape]*vm.Template
	broken map[shape]error // why a shape has no template
}

func newTemplates(r *Rig, key string) *templates {
	return &templates{rig: r, key: key, open: map[shape]*vm.Template{}, broken: map[shape]error{}}
}

// get returns the template of a shape from the cache, and makes it if necessary.
func (t *templates) get(ctx context.Context, s shape) (*vm.Template, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if tmpl, err := t.open[s], t.broken[s]; tmpl != nil || err != nil {
		return tmpl, err
	}
	tmpl, err := t.load(ctx, s)
	if errors.Is(err, vm.ErrStale) {
		t.rig.o.Notice(err.Error() + ": making it again")
		if err = t.forget(ctx, s); err == nil {
			tmpl, err = t.load(ctx, s)
		}
	}
	if err != nil {
		if ctx.Err() == nil && blame.Of(err) != blame.Kernel { // a kernel's failure is tried again, see rememberFailures
			t.broken[s] = err
		}
		return nil, err
	}
	t.open[s] = tmpl
	return tmpl, nil
}

// contents names what the templates have: what they boot and, unless they are of an image,
// the shipped modules. Those of an image are built only once a guest has told which kernel
// it has.
func (t *templates) contents() (string, error) {
	if t.rig.image != nil {
		return t.key, nil
	}
	modules, err := t.rig.modules.key()
	return t.key + " " + modules, err
}

// id returns the identity of the template of a shape, and its contents.
func (t *templates) id(s shape) (id, contents string, err error) {
	if contents, err = t.contents(); err == nil {
		id, err = t.rig.spec(s).TemplateID(contents)
	}
	return id, contents, err
}

// load opens the template in the cache, and makes it first if it is missing.
func (t *templates) load(ctx context.Context, s shape) (*vm.Template, error) {
	id, contents, err := t.id(s)
	if err != nil {
		return nil, err
	}
	dir, err := t.rig.cache.Unchecked(ctx, "templates", id, func(ctx context.Context, dir string) error {
		return blame.Join(t.rig.makeTemplate(ctx, s, dir, contents), t.rig.describe(dir))
	})
	if err != nil {
		return nil, err
	}
	spec := t.rig.spec(s)
	if t.rig.image != nil {
		if err := t.rig.image.readSurvey(dir); err != nil {
			return nil, err
		}
	} else {
		spec.Initrd = filepath.Join(dir, initrdFile) // for the command line that people copy
	}
	return vm.OpenTemplate(dir, spec, contents)
}

// forget removes an unusable template from the cache.
func (t *templates) forget(ctx context.Context, s shape) error {
	id, _, err := t.id(s)
	if err != nil {
		return err
	}
	return t.rig.cache.Remove(ctx, "templates", id)
}

// refused drops a template that QEMU rejected, so that the next get makes another.
func (t *templates) refused(ctx context.Context, s shape, tmpl *vm.Template) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open[s] != tmpl {
		return // another goroutine has dropped it
	}
	delete(t.open, s)
	_ = tmpl.Close() // it was only read
	if err := t.forget(ctx, s); err != nil {
		t.broken[s] = err
	}
}

func (t *templates) close() {
	for _, tmpl := range t.open {
		_ = tmpl.Close() // it was only read
	}
}

// makeTemplate boots a guest and makes a template of it in dir. contents names what the
// template has.
func (r *Rig) makeTemplate(ctx context.Context, s shape, dir, contents string) error {
	g, err := r.bootIn(ctx, s, dir)
	if err != nil {
		return err
	}
	if r.image != nil {
		err = g.writeSurvey(ctx, dir)
	} else {
		err = g.putShipped(ctx)
	}
	if err == nil {
		err = g.disconnect(ctx)
	}
	if err != nil {
		return blame.Join(err, g.Close())
	}
	return blame.Join(g.VM.Snapshot(ctx, contents), g.Close())
}

// clone makes a guest from the template of its shape. If no template can be made,
// it boots the guest, which is slower but equivalent.
func (r *Rig) clone(ctx context.Context, s shape) (*Guest, error) {
	for try := 0; ; try++ {
		tmpl, err := r.templates.get(ctx, s)
		if err != nil && blame.Of(err) == blame.Rig && ctx.Err() == nil {
			r.o.Notice(withAdvice(err, ": booting each guest"))
			return r.boot(ctx, s)
		}
		if err != nil {
			return nil, err
		}
		g, err := r.cloneOf(ctx, s, tmpl)
		if !errors.Is(err, vm.ErrStale) || try > 0 {
			return g, err
		}
		r.o.Notice(err.Error() + ": making it again")
		r.templates.refused(ctx, s, tmpl)
	}
}

// withAdvice returns an error on one line with its outcome and its advice.
func withAdvice(err error, outcome string) string {
	line := err.Error() + outcome
	if e, ok := errors.AsType[*blame.Error](err); ok && errors.Is(err, vm.ErrNoPlace) && e.Advice != "" {
		line += "; " + e.Advice
	}
	return line
}

// newClone is [Rig.newGuest] for a clone, which has what its template has.
func (r *Rig) newClone(s shape) (*Guest, error) {
	if r.image != nil {
		return r.newGuest(s)
	}
	list, err := r.modules.all()
	if err != nil {
		return nil, err
	}
	g, err := r.newGuest(s)
	if err == nil {
		g.files = pathsOf(list)
	}
	return g, err
}

func (r *Rig) cloneOf(ctx context.Context, s shape, tmpl *vm.Template) (*Guest, error) {
	g, err := r.newClone(s)
	if err != nil {
		return nil, err
	}
	g.VM, err = tmpl.Clone(ctx, g.dir)
	if err == nil {
		err = g.connect(ctx)
	}
	if err == nil {
		err = g.renew(ctx)
	}
	return g.orClose(ctx, err)
}
