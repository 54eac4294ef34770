// SPDX-License-Identifier: Apache-2.0

package main

import (
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
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/kmods"
)

// hostOptions are the flags about a machine that klptest did not boot.
type hostOptions struct {
	address     string // USER@ADDRESS; empty: guests are booted
	mayCrash    bool
	reboot      bool
	key, known  string // files
	port        int
	kernelNamed bool // --kernel says what modules are built against
}

const hostFlag = "host"

func hostFlags(f *pflag.FlagSet, o *hostOptions) {
	f.StringVar(&o.address, hostFlag, "", "run on a machine of yours, `USER@ADDRESS`, over SSH, instead of in QEMU; klptest help machines")
	f.BoolVar(&o.mayCrash, "yes-crash-it", false, "the machine of --host may crash, hang, or lose data")
	f.BoolVar(&o.reboot, "reboot", false, "reboot the machine of --host when a case has left modules that cannot be unloaded")
	f.StringVar(&o.key, "ssh-key", "", "private key `file` for --host (default: those of the SSH agent and of ~/.ssh)")
	f.Var(number(&o.port, 0, 1, 1<<16-1), "ssh-port", "`port` of the SSH server of --host (default 22)")
	f.StringVar(&o.known, "ssh-known-hosts", "", "`file` that must have the machine's host key (default: it is kept on first contact)")
}

// hostRules are those of the flags about guests, which say nothing about a machine.
var hostRules = flagRules{
	apart: [][2]string{{hostFlag, "fresh"}, {hostFlag, "pristine"}, {hostFlag, "one-vm"}, {hostFlag, "no-pool"}, {hostFlag, "jobs"}, {hostFlag, "qemu"},
		{hostFlag, "accel"}, {hostFlag, "memory"}, {hostFlag, "cpus"}, {hostFlag, "kernel-args"}, {hostFlag, "verbose"}, {hostFlag, "failed"}},
	with: [][2]string{{"yes-crash-it", hostFlag}, {"reboot", hostFlag}, {"ssh-key", hostFlag}, {"ssh-port", hostFlag}, {"ssh-known-hosts", hostFlag}},
}

// check refuses a machine that may not crash.
func (o hostOptions) check() error {
	if o.address == "" || o.mayCrash {
		return nil
	}
	return blame.AdviseUserf("if it is yours and may crash, say so: --yes-crash-it", "cases can crash or hang %s, and everything that runs on it", printable.Line(o.address))
}

// machine is the machine that the flags name.
func (o hostOptions) machine(notice func(string)) (*remote.Machine, error) {
	t, err := remote.ParseTarget(o.address)
	if err != nil {
		return nil, err
	}
	if o.port != 0 {
		t.Port = o.port
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	config, err := os.UserConfigDir()
	if err != nil && o.known == "" {
		return nil, &blame.Error{Party: blame.User, Summary: "there is no place for the host keys of machines", Err: err, Advice: "set HOME, or name a file with --ssh-known-hosts"}
	}
	return &remote.Machine{Program: self, Options: remote.Options{
		Target: t, Key: o.key, KnownHosts: o.known, Pins: filepath.Join(config, "klptest", "known_hosts"), Notice: notice,
	}}, nil
}

// onHost makes a rig of the machine.
func (a *app) onHost(ctx context.Context, o machineOptions) (r *rig.Rig, err error) {
	m, err := o.host.machine(a.notice)
	if err != nil {
		return nil, err
	}
	store, err := a.openCache(ctx)
	if err == nil {
		err = kmods.CheckPath("cache", store.Root())
	}
	if err != nil {
		return nil, err
	}
	c, err := m.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	s, err := c.Survey(ctx)
	if err != nil {
		return nil, err
	}
	k, err := a.headers(ctx, store, s, o)
	if err != nil {
		return nil, err
	}
	o.Notice = a.notice
	return rig.OnMachine(ctx, store, k, m, c, o.host.reboot, o.Options)
}

// debianVersion is the version of a package of Debian's in uname -v (debian/rules.real
// of its kernels).
var debianVersion = regexp.MustCompile(` Debian ([0-9][0-9A-Za-z.+~-]*) \(`)

// headers finds what modules for the machine's kernel are built against: what the flags
// name, what this host has, or Debian's package of that version.
func (a *app) headers(ctx context.Context, store *cache.Cache, s wire.Survey, o machineOptions) (*images.Kernel, error) {
	dir := o.kdir
	if o.host.kernelNamed {
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
	return nil, blame.AdviseUserf("name them with --kdir DIR, or install them", "there are no headers of %s here, which runs on %s", printable.Line(s.Release), o.host.address)
}

// leaversLast puts the cases last that leave modules loaded: on one machine, no other
// case can follow them.
func leaversLast(list []*casefile.Case) []*casefile.Case {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *casefile.Case) int { return min(len(a.Leaves), 1) - min(len(b.Leaves), 1) })
	return list
}
