// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/kmods"
)

// modules are the modules that cases load, built for one kernel.
type modules struct {
	builder *kmods.Builder
	target  kmods.Target
	shipped func() (map[string]kmods.Module, error) // waits for the build
	key     func() (string, error)                  // names the contents of the shipped modules; waits for the build

	mu  sync.Mutex
	own map[string]*ownModules // by sources
}

// startModules starts the build of the shipped modules, which runs while a guest boots.
func startModules(ctx context.Context, b *kmods.Builder, t kmods.Target) *modules {
	var built map[string]kmods.Module
	var g errgroup.Group
	g.Go(func() (err error) {
		built, err = b.Shipped(ctx, t)
		return err
	})
	m := &modules{builder: b, target: t, own: map[string]*ownModules{}, shipped: func() (map[string]kmods.Module, error) {
		err := g.Wait()
		return built, err
	}}
	m.key = sync.OnceValues(m.hash)
	return m
}

var _ builder = (*modules)(nil)

// of returns the modules that a test loads, both shipped and its own.
func (m *modules) of(ctx context.Context, t Test) ([]kmods.Module, error) {
	all, err := m.shipped()
	if err != nil {
		return nil, Unfit{err}
	}
	names, sources := t.Modules()
	if len(sources) > 0 {
		own, err := m.foreign(ctx, sources)
		if err != nil {
			return nil, err
		}
		all = maps.Clone(all)
		maps.Copy(all, own)
	}
	var list []kmods.Module
	for _, name := range names {
		mod, ok := all[name]
		if !ok {
			return nil, blame.Userf("no module %s: neither shipped nor a source in the case", name)
		}
		list = append(list, mod)
	}
	return list, nil
}

// foreign builds the sources of a test once per rig: several tests may share them.
func (m *modules) foreign(ctx context.Context, sources []kmods.Source) (map[string]kmods.Module, error) {
	own := m.ownOf(sources)
	own.mu.Lock()
	defer own.mu.Unlock()
	if own.built != nil {
		return own.built, nil
	}
	built, err := m.builder.Foreign(ctx, m.target, sources)
	if err == nil {
		own.built = built
	}
	return built, err
}

func (m *modules) ownOf(sources []kmods.Source) *ownModules {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := fmt.Sprintf("%q", sources)
	if m.own[key] == nil {
		m.own[key] = &ownModules{}
	}
	return m.own[key]
}

// ownModules are the modules built from some sources.
type ownModules struct {
	mu    sync.Mutex // held while they are built
	built map[string]kmods.Module
}

// all returns every shipped module. It waits until they are built.
func (m *modules) all() ([]kmods.Module, error) {
	built, err := m.shipped()
	return slices.Collect(maps.Values(built)), err
}

// hash computes the key.
func (m *modules) hash() (string, error) {
	built, err := m.shipped()
	if err != nil {
		return "", err
	}
	var paths []string
	for _, name := range slices.Sorted(maps.Keys(built)) {
		paths = append(paths, built[name].Path)
	}
	return keyOf(paths)
}
