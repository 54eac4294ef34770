// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/klptest/klptest/kmods"
)

// Carrier is a test with files, which its guest gets below guest.CaseFiles.
type Carrier interface{ Files() map[string][]byte }

func (g *Guest) putFiles(ctx context.Context, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, err := whileAlive(ctx, g.VM, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, g.Agent.PutFile(ctx, name, files[name])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Guest) put(ctx context.Context, modules []kmods.Module) error {
	for _, m := range modules {
		if g.has(m) {
			continue
		}
		data, err := os.ReadFile(m.Path)
		if err != nil {
			return err
		}
		_, err = whileAlive(ctx, g.VM, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, g.Agent.Put(ctx, m.Name, data)
		})
		if err != nil {
			return fmt.Errorf("copying %s into the guest: %w", m.Name, err)
		}
		g.files[m.Name] = m.Path
	}
	return nil
}

// putShipped gives the guest all shipped modules.
func (g *Guest) putShipped(ctx context.Context) error {
	list, err := g.rig.modules.all()
	if err != nil {
		return err
	}
	return g.put(ctx, list)
}

// pathsOf returns the file of each module, by name.
func pathsOf(list []kmods.Module) map[string]string {
	files := map[string]string{}
	for _, m := range list {
		files[m.Name] = m.Path
	}
	return files
}

// has reports whether the guest has exactly that module: a case may have another
// one of the same name.
func (g *Guest) has(m kmods.Module) bool { return g.files[m.Name] == m.Path }
