// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// host names the running kernel.
const host = "host"

// Host provides the running kernel.
func Host() images.Provider {
	return images.Provider{
		Notations: []images.Notation{{Form: host, Meaning: "the running kernel"}},
		Match:     func(spec string) (bool, error) { return spec == host, nil },
		Resolve: func(ctx context.Context, c *cache.Cache, _ string, o images.Options) (*images.Kernel, error) {
			return resolveHost(ctx, c, "/", o)
		},
		List: listHost,
	}
}

// listHost names the running kernel if its image and its headers are installed.
func listHost(context.Context, *cache.Cache) ([]images.Listing, error) {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, nil
	}
	release := strings.TrimSpace(string(text))
	if _, _, err := hostFiles("/", release); err != nil {
		return nil, nil
	}
	return []images.Listing{{Spec: host, Release: release, Source: "running"}}, nil
}

// resolveHost takes the running kernel from where distributions install it.
// root is "/", except in tests.
func resolveHost(ctx context.Context, c *cache.Cache, root string, o images.Options) (*images.Kernel, error) {
	text, err := os.ReadFile(filepath.Join(root, "proc/sys/kernel/osrelease"))
	if err != nil {
		return nil, err
	}
	release := strings.TrimSpace(string(text))
	bz, kdir, err := hostFiles(root, release)
	if err != nil {
		return nil, err
	}
	config, err := hostConfig(root, release)
	if err != nil {
		return nil, err
	}
	k := &images.Kernel{Name: host + ":" + release, KDir: kdir, Headers: beside(kdir), Config: config}
	if err := addImage(ctx, c, k, bz, o); err != nil {
		return nil, err
	}
	if k.Release != release {
		return nil, blame.AdviseUserf("boot the installed kernel, or name one", "%s is %s, but %s is running", bz, k.Release, release)
	}
	k.Modules, err = findModules(ctx, c, k, filepath.Join(root, "lib/modules", release, "kernel"))
	return k, err
}

func hostFiles(root, release string) (bz, kdir string, err error) {
	bz = filepath.Join(root, "boot/vmlinuz-"+release)
	f, err := os.Open(bz)
	switch {
	case errors.Is(err, os.ErrPermission):
		return "", "", blame.AdviseRigf("sudo chmod a+r "+bz, "the host's kernel %s cannot be read", bz)
	case err != nil:
		return "", "", blame.AdviseRigf("install the package linux-image-"+release+", or name another kernel", "the host's kernel is missing: no %s", bz)
	}
	f.Close()
	if kdir = installedHeaders(root, release); kdir == "" {
		return "", "", blame.AdviseRigf("install the package linux-headers-"+release+" (or kernel-devel-"+release+")", "the host has no headers: no %s", filepath.Join(root, "lib/modules", release, "build"))
	}
	return bz, kdir, nil
}

// hostConfig reads the installed configuration, or the kernel's own copy of it.
func hostConfig(root, release string) (map[string]string, error) {
	for _, name := range []string{"boot/config-" + release, "lib/modules/" + release + "/config", "proc/config.gz"} {
		config, err := dotconfig.Read(filepath.Join(root, name))
		if err == nil {
			return config, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, &blame.Error{Party: blame.User, Err: err}
		}
	}
	return nil, nil
}
