// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/rig"
)

func (a *app) onImage(ctx context.Context, store *cache.Cache, o machineOptions) (*rig.Rig, error) {
	m, err := o.host.reach(nil)
	if err != nil {
		return nil, err
	}
	m.User = o.host.user
	image, err := rig.OpenImage(o.host.image, m)
	if err == nil && o.bootsImage() {
		err = a.bootWith(ctx, store, image, o)
	}
	if err != nil {
		return nil, err
	}
	var headers rig.Headers
	if !o.host.buildInside {
		headers = func(ctx context.Context, s wire.Survey) (*images.Kernel, error) { return a.headers(ctx, store, s, o) }
	}
	return rig.OnImage(ctx, store, image, headers, o.Options)
}

// bootWith makes an image boot the kernel that the flags name.
func (a *app) bootWith(ctx context.Context, store *cache.Cache, image *rig.Image, o machineOptions) error {
	k, err := a.find(ctx, store, o)
	if err != nil {
		return err
	}
	if err := image.Boot(k); err != nil {
		return err
	}
	a.tellLacking(k, o.kernel)
	return nil
}
