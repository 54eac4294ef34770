// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"runtime"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// Options say how a kernel is obtained.
type Options struct {
	KDir   string       // headers or build tree of a kernel that is given as a file
	Notice func(string) // told of slow steps, one line each; may be nil
}

func (o Options) notice(line string) {
	if o.Notice != nil {
		o.Notice(line)
	}
}

// Resolve finds a kernel by its notation. A Debian kernel is downloaded and
// unpacked unless the cache has it. A kernel that is known to be built without
// CONFIG_LIVEPATCH is an error of the user's; what else it should have is for
// [kconfig.Required].
func Resolve(ctx context.Context, c *cache.Cache, spec string, o Options) (*Kernel, error) {
	s, err := parseSpec(spec)
	if err != nil {
		return nil, err
	}
	if runtime.GOARCH != "amd64" {
		return nil, blame.AdviseRigf("use an x86-64 host", "only x86-64 kernels can be tested, this host is %s", runtime.GOARCH)
	}
	if o.KDir != "" && s.form != formPath {
		return nil, strayKDir(spec)
	}
	k, err := resolve(ctx, c, s, o)
	if err != nil {
		return nil, err
	}
	k.Spec = spec
	return k, refuseWithoutLivepatch(k)
}

func resolve(ctx context.Context, c *cache.Cache, s spec, o Options) (*Kernel, error) {
	switch s.form {
	case formHost:
		return resolveHost(ctx, c, "/", o)
	case formPath:
		return resolvePath(ctx, c, s.value, o)
	}
	return resolveDebian(ctx, c, s, o)
}

func strayKDir(spec string) error {
	return blame.AdviseUserf("leave --kdir out", "%s has its own headers: --kdir is for a kernel that is given as a file", spec)
}

func refuseWithoutLivepatch(k *Kernel) error {
	if k.Config == nil || k.Config["LIVEPATCH"] == "y" {
		return nil
	}
	return blame.AdviseUserf("set CONFIG_LIVEPATCH=y (it needs CONFIG_MODULES, CONFIG_SYSFS, CONFIG_KALLSYMS_ALL and CONFIG_FUNCTION_TRACER) and build it again",
		"the kernel %s is built without CONFIG_LIVEPATCH", k.Name)
}
