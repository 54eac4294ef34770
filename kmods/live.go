// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// inputsKind is the cache's kind for the contents of build trees' inputs, by their state:
// reading thousands of files each time would take longer than a case.
const inputsKind = "kmods-inputs"

// liveTries is how often modules are built if the build tree changes meanwhile.
const liveTries = 3

var (
	errChanged = errors.New("the build tree changed while modules were built against it")
	errNoKey   = errors.New("the modules depend on more than their key says")
)

// tree is a build tree.
type tree struct {
	inputs inputs
	key    string // identifies their contents
}

// live builds against a build tree. The key is made of what a build reads from the tree,
// so that equal trees share their modules, and nothing is built if only the kernel's C
// changes.
func (b *Builder) live(ctx context.Context, plan build) (string, error) {
	for range liveTries {
		dir, err := b.liveOnce(ctx, plan)
		if !errors.Is(err, errChanged) {
			return dir, err
		}
		b.forget(plan.target)
	}
	return "", &blame.Error{Party: blame.User, Summary: errChanged.Error(), Advice: "wait until make has ended in " + plan.target.KDir}
}

// liveOnce is live without further tries. It returns errChanged if the tree changes.
func (b *Builder) liveOnce(ctx context.Context, plan build) (string, error) {
	tree, err := b.tree(ctx, plan.target)
	if err != nil {
		return "", err
	}
	plan.target.Key = tree.key
	return b.liveFrom(ctx, plan, tree.inputs)
}

// liveFrom is live for those inputs. Modules that depend on anything else are built each
// time.
func (b *Builder) liveFrom(ctx context.Context, plan build, in inputs) (string, error) {
	var unkeyed string
	dir, err := b.Cache.Entry(ctx, "kmods", plan.key(), func(ctx context.Context, to string) error {
		return b.fresh(ctx, plan, func(from string) error {
			if err := b.unchanged(ctx, plan.target, in); err != nil {
				return err
			}
			if other, err := in.foreignTo(plan.target, from); err != nil || other == "" {
				return blame.Join(err, plan.collect(ctx, from, to))
			}
			var err error
			unkeyed, err = b.publish(ctx, plan, from)
			return blame.Join(err, errNoKey)
		})
	})
	if errors.Is(err, errNoKey) && unkeyed != "" {
		return unkeyed, nil
	}
	return dir, err
}

// unchanged returns errChanged if the contents of the inputs have changed. A new hard
// link, say, changes a file's status but not its contents.
func (b *Builder) unchanged(ctx context.Context, t Target, in inputs) error {
	now, err := inputsOf(t)
	if err != nil || now.state() == in.state() {
		return err
	}
	contents, err := b.contents(ctx, t, now)
	if err == nil && treeKey(contents) != t.Key {
		err = errChanged
	}
	return err
}

// tree reads a build tree when it is first asked for, so that all modules of a run are
// built against the same tree.
func (b *Builder) tree(ctx context.Context, t Target) (tree, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known, ok := b.trees[t.KDir]; ok {
		return known, nil
	}
	in, err := inputsOf(t)
	if err != nil {
		return tree{}, err
	}
	contents, err := b.contents(ctx, t, in)
	if err != nil {
		return tree{}, err
	}
	if b.trees == nil {
		b.trees = map[string]tree{}
	}
	b.trees[t.KDir] = tree{in, treeKey(contents)}
	return b.trees[t.KDir], nil
}

func treeKey(contents string) string { return "tree-" + contents }

// forget makes tree read the build tree again.
func (b *Builder) forget(t Target) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.trees, t.KDir)
}

// contents returns a hash of what the inputs hold. The cache keeps it.
func (b *Builder) contents(ctx context.Context, t Target, in inputs) (string, error) {
	const file = "contents"
	dir, err := b.Cache.Entry(ctx, inputsKind, in.state(), func(_ context.Context, dir string) error {
		contents, err := in.contents()
		if err != nil {
			return err
		}
		return blame.Join(os.WriteFile(filepath.Join(dir, file), []byte(contents), 0o600), cache.Describe(dir, "of "+t.KDir))
	})
	if err != nil {
		return "", err
	}
	contents, err := os.ReadFile(filepath.Join(dir, file))
	return string(contents), err
}
