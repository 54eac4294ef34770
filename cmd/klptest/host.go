// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/kmods"
)

// hostOptions are the flags for a machine that has its own SSH server. Without an
// address or an image, guests are booted.
type hostOptions struct {
	address     string // USER@ADDRESS
	image       string // a file
	user        string // to log in as, with image
	mayCrash    bool
	reboot      bool
	key, known  string // files
	port        int
	buildInside bool // modules are built in the image
}

const (
	hostFlag  = "host"
	imageFlag = "image"
)

// imageFlags adds the flags for a machine that a command boots from a disk image.
func imageFlags(f *pflag.FlagSet, o *hostOptions) {
	f.StringVar(&o.image, imageFlag, "", "use clones of the distribution in the disk image `DISK`, under its own kernel or one that --kernel names; see klptest help machines")
	f.StringVar(&o.user, "ssh-user", "root", "the `user` to log in as on the machine of --image")
	f.StringVar(&o.key, "ssh-key", "", "private key `file` for SSH (default: the keys of the SSH agent and of ~/.ssh)")
	f.BoolVar(&o.buildInside, "build-in-guest", false, "build the test modules in clones of --image, with its own headers and compiler")
}

// hostFlags adds the flags of a command that takes any machine.
func hostFlags(f *pflag.FlagSet, o *hostOptions) {
	imageFlags(f, o)
	f.StringVar(&o.address, hostFlag, "", "use your own machine, `USER@ADDRESS`, over SSH instead of QEMU; see klptest help machines")
	f.BoolVar(&o.mayCrash, "yes-crash-it", false, "the machine of --host may crash, hang, or lose data")
	f.Var(flags.Number(&o.port, 0, 1, 1<<16-1), "ssh-port", "`port` of the SSH server of --host (default 22)")
	f.StringVar(&o.known, "ssh-known-hosts", "", "`file` that must have the machine's host key (default: the key is kept on first contact)")
	f.BoolVar(&o.reboot, "reboot", false, "reboot the machine of --host when a case has left modules that cannot be unloaded")
}

// imageRules and hostRules relate these flags to others. Flags for guests do not apply
// to the machine of --host; that of --image runs in QEMU.
var (
	imageRules = flags.Rules{
		Apart: [][2]string{{imageFlag, "failed"}, {imageFlag, "gcov"}, {"build-in-guest", "kdir"}, {"build-in-guest", "kernel"}},
		With:  [][2]string{{"ssh-user", imageFlag}, {"build-in-guest", imageFlag}},
	}
	hostRules = func() flags.Rules {
		r := flags.Rules{Apart: slices.Clone(imageRules.Apart), With: slices.Clone(imageRules.With)}
		for _, name := range []string{"kernel-args", "failed", "gcov", imageFlag, "fresh", "pristine", "one-vm", "no-pool", "jobs", "verbose", "qemu", "accel", "host-time", "memory", "cpus", "ssh-user"} {
			r.Apart = append(r.Apart, [2]string{hostFlag, name})
		}
		for _, name := range []string{"yes-crash-it", "reboot", "ssh-port", "ssh-known-hosts"} {
			r.With = append(r.With, [2]string{name, hostFlag})
		}
		return r
	}()
)

// given reports whether the flags name a machine.
func (o hostOptions) given() bool { return o.address != "" || o.image != "" }

// name returns the machine's name in the flags.
func (o hostOptions) name() string { return cmp.Or(o.address, o.image) }

// settle decides what --kernel means with --image or --host. With --image, the given
// kernel boots the image; if none is given, the image boots its own, and the kernel has
// the image's name. With --host, modules are built against the given kernel.
func (o *machineOptions) settle(f *pflag.FlagSet) {
	o.kernelGiven = f.Changed("kernel")
	if o.host.image != "" && !o.kernelGiven {
		o.kernel = o.host.image
	}
}

// bootsImage reports whether the kernel boots an image instead of the image's own.
func (o machineOptions) bootsImage() bool { return o.host.image != "" && o.kernelGiven }

// checkHost refuses a machine that may not crash, and arguments for a kernel that
// klptest does not boot.
func (o machineOptions) checkHost() error {
	h := o.host
	switch {
	case h.key != "" && !h.given():
		return blame.Userf("--ssh-key says nothing without --host or --image")
	case h.image != "" && !o.kernelGiven && len(o.KernelArgs) > 0:
		return blame.AdviseUserf("name a kernel that boots it with --kernel, or change the arguments in the image", "--kernel-args says nothing of a kernel that the boot loader of --image boots")
	case h.address == "" || h.mayCrash:
		return nil
	}
	return blame.AdviseUserf("if it is yours and may crash, say so: --yes-crash-it", "cases can crash or hang %s, and everything that runs on it", printable.Line(h.address))
}

// reach returns a machine with the options for logging in.
func (o hostOptions) reach(notice func(string)) (m remote.Machine, err error) {
	m.Options = remote.Options{Key: o.key, KnownHosts: o.known, Notice: notice}
	m.Program, err = os.Executable()
	return m, err
}

// machine returns the machine that --host names.
func (o hostOptions) machine(notice func(string)) (*remote.Machine, error) {
	m, err := o.reach(notice)
	if err != nil {
		return nil, err
	}
	if m.Target, err = remote.ParseTarget(o.address, o.port); err != nil {
		return nil, err
	}
	config, err := os.UserConfigDir()
	if err != nil && o.known == "" {
		return nil, &blame.Error{Party: blame.User, Summary: "there is no place for the host keys of machines", Err: err, Advice: "set HOME, or name a file with --ssh-known-hosts"}
	}
	m.Pins = filepath.Join(config, "klptest", "known_hosts")
	return &m, nil
}

// onMachine makes a rig on the machine or the disk image that the flags name.
func (a *app) onMachine(ctx context.Context, o machineOptions) (*rig.Rig, error) {
	o.Notice = a.notice
	store, err := a.openCache(ctx)
	if err == nil {
		err = kmods.CheckPath("cache", store.Root())
	}
	if err != nil {
		return nil, err
	}
	if o.host.image != "" {
		return a.onImage(ctx, store, o)
	}
	return a.onHost(ctx, store, o)
}

func (a *app) onHost(ctx context.Context, store *cache.Cache, o machineOptions) (*rig.Rig, error) {
	m, err := o.host.machine(a.notice)
	if err != nil {
		return nil, err
	}
	c, err := m.Connect(ctx)
	if err != nil {
		return nil, err
	}
	headers := func(ctx context.Context, s wire.Survey) (*images.Kernel, error) { return a.headers(ctx, store, s, o) }
	r, err := rig.OnMachine(ctx, store, m, c, headers, o.host.reboot, o.Options)
	if err != nil {
		c.Close()
	}
	return r, err
}

// debianVersion matches the version of a Debian kernel package in uname -v
// (debian/rules.real of its kernels).
var debianVersion = regexp.MustCompile(` Debian ([0-9][0-9A-Za-z.+~-]*) \(`)

// headers finds the headers for building modules for the machine's kernel: those that
// the flags name, those on this host, or Debian's package of that version.
func (a *app) headers(ctx context.Context, store *cache.Cache, s wire.Survey, o machineOptions) (*images.Kernel, error) {
	dir := o.kdir
	if o.kernelGiven {
		return catalog.Resolve(ctx, store, o.kernel, images.Options{KDir: o.kdir, Notice: a.notice})
	}
	if dir == "" {
		dir = local.InstalledHeaders(s.Release)
	}
	if dir != "" {
		return local.Headers(dir)
	}
	if m := debianVersion.FindStringSubmatch(s.Version); m != nil {
		return catalog.Resolve(ctx, store, "debian:"+m[1], images.Options{Notice: a.notice})
	}
	advice := "name them with --kdir DIR, or install them"
	if o.host.image != "" {
		advice += "; or build in the image, if they are there: --build-in-guest"
	}
	return nil, blame.AdviseUserf(advice, "there are no headers of %s here, which runs on %s", printable.Line(s.Release), o.host.name())
}

// leaversLast moves the cases that leave modules loaded to the end: on one machine, no
// other case can follow them.
func leaversLast(list []*casefile.Case) []*casefile.Case {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *casefile.Case) int { return min(len(a.Leaves), 1) - min(len(b.Leaves), 1) })
	return list
}
