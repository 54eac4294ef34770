// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"maps"
	"slices"
)

// Carrier is a test that has files, which its guest gets below guest.CaseFiles.
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
