// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/vm"
)

// Guest is a booted VM and the agent in it.
type Guest struct {
	VM    *vm.VM
	SSH   *ssh.Client
	Agent *client.Client
	rig   *Rig
	dir   string                   // has its logs
	kept  bool                     // dir outlives it
	files map[string]string        // its modules: name to file
	facts map[string]machine.Facts // by the requested attributes; no case changes them
}

// boot starts a guest and waits for its agent.
func (r *Rig) boot(ctx context.Context, s shape) (*Guest, error) { return r.bootIn(ctx, s, "") }

// bootIn boots a guest. If template is a directory, a template of the
// guest can be made there.
func (r *Rig) bootIn(ctx context.Context, s shape, template string) (*Guest, error) {
	g, err := r.newGuest(s)
	if err != nil {
		return nil, err
	}
	return g.orClose(ctx, g.boot(ctx, s, template))
}

// newGuest makes a guest that has only a directory so far.
func (r *Rig) newGuest(s shape) (*Guest, error) {
	if err := r.room.check(s); err != nil {
		return nil, err
	}
	dir := filepath.Join(r.work, fmt.Sprintf("guest-%d", r.guests.Add(1)))
	return &Guest{rig: r, dir: dir, kept: r.o.Keep, files: map[string]string{}, facts: map[string]machine.Facts{}}, os.Mkdir(dir, 0o700)
}

// orClose closes a guest after an error. It keeps the guest's logs, unless the user
// interrupted it or the disk is full.
func (g *Guest) orClose(ctx context.Context, err error) (*Guest, error) {
	if err == nil {
		return g, nil
	}
	if ctx.Err() == nil && !errors.Is(err, vm.ErrNoPlace) && !errors.Is(err, unix.ENOSPC) {
		g.keep()
	}
	g.Close() // err says more than its error
	return nil, err
}

// boot starts a VM with its own keys, and connects. The initramfs goes to the
// template or beside the guest's logs, where later readers look for it.
func (g *Guest) boot(ctx context.Context, s shape, template string) error {
	keys, err := vm.NewKeys()
	if err != nil {
		return err
	}
	spec := g.rig.spec(s)
	spec.Dir, spec.Keys, spec.Template = g.dir, keys, template
	image := g.rig.image
	if image == nil {
		spec.Initrd = filepath.Join(cmp.Or(template, g.dir), initrdFile)
		err = withKeys(spec.Initrd, g.rig.initrd, guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey()))
	}
	if err != nil {
		return err
	}
	if g.VM, err = vm.Start(ctx, spec); err != nil {
		return image.busy(err)
	}
	if image != nil {
		err = image.plant(ctx, g.VM, g.dir, keys)
	}
	if err == nil {
		err = g.connect(ctx)
	}
	if list := g.VM.Console().Splats(); err == nil && len(list) > 0 {
		g.rig.o.Notice(fmt.Sprintf("the kernel warned while booting (%s %s): cases do not see that warning, nor any other that is printed only once per boot", list[0].Kind, list[0].Where))
	}
	return err
}

func (g *Guest) connect(ctx context.Context) (err error) {
	if g.SSH, err = g.VM.SSH(ctx); err != nil {
		return err
	}
	g.Agent, err = whileAlive(ctx, g.VM, func(ctx context.Context) (*client.Client, error) {
		return client.Connect(ctx, g.SSH, client.Time{Starved: g.VM.Starved, Jumps: g.VM.Jumps()})
	})
	if err == nil {
		g.Agent.Config = g.rig.kernel.Config
	}
	return err
}

// disconnect closes the connections to the guest, which is then ready to be stopped.
func (g *Guest) disconnect(ctx context.Context) error {
	hz, _ := strconv.ParseUint(g.rig.kernel.Config["HZ"], 10, 32) // 0: unknown
	_, err := whileAlive(ctx, g.VM, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, g.Agent.Quiesce(ctx, hz)
	})
	g.Agent.Close() // the connection ends despite an error
	g.SSH.Close()
	g.Agent, g.SSH = nil, nil
	return err
}

func (g *Guest) rest(ctx context.Context) error { return g.VM.Pause(ctx) }

// wake resumes the guest, and sets its clock, which had stopped.
func (g *Guest) wake(ctx context.Context) error {
	if err := g.VM.Resume(ctx); err != nil {
		return err
	}
	return g.renew(ctx)
}

// renew makes a clone different from its template.
func (g *Guest) renew(ctx context.Context) error {
	_, err := whileAlive(ctx, g.VM, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, g.Agent.Renew(ctx)
	})
	return err
}

// spec describes the guests of a shape, without what differs between them.
func (r *Rig) spec(s shape) vm.Spec {
	spec := r.o.spec()
	spec.Arch, spec.Kernel, spec.State = r.kernel.Arch, r.kernel.Image, r.cache.Root()
	spec.CPUs, spec.Memory = s.cpus, s.memory
	if r.kernel.Config["KASAN"] == "y" {
		// Otherwise KASAN reports once, and the boot may have taken that
		// report (mm/kasan/report.c, report_enabled).
		spec.Append = append(slices.Clip(spec.Append), "kasan_multi_shot")
	}
	if r.image != nil {
		spec.Memory = max(s.memory, r.o.Memory) // a distribution needs more than a case asks for
		r.image.furnish(&spec)
	}
	return spec
}

// Close ends the connection and the VM as far as they exist, and removes the
// guest's logs unless they are to be kept.
func (g *Guest) Close() error {
	var errs error
	if g.Agent != nil {
		g.Agent.Close() // fails if the guest has died, which is known
	}
	if g.SSH != nil {
		g.SSH.Close()
	}
	if g.VM != nil {
		errs = blame.Join(errs, g.VM.Close())
	}
	if !g.kept {
		errs = blame.Join(errs, os.RemoveAll(g.dir))
	}
	return errs
}

// Play runs the commands of a case, regardless of what it expects. A SKIP ran none.
// Play keeps the logs of a guest that dies.
func (g *Guest) Play(ctx context.Context, c *casefile.Case) (judge.Result, error) {
	res := judge.Run(ctx, g.machine(c.Name, func(string) {}), c)
	if err := context.Cause(ctx); err != nil || g.alive() {
		return res, err
	}
	g.keep()
	return res, g.VM.Death()
}

// Do calls f, which talks to the guest. If the guest dies, Do returns the reason
// instead of f's error, and keeps the guest's logs.
func (g *Guest) Do(ctx context.Context, f func(context.Context) error) error {
	_, err := whileAlive(ctx, g.VM, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	if err != nil && ctx.Err() == nil {
		g.keep()
	}
	return err
}

func (g *Guest) machine(name string, step func(string)) machine.Machine {
	if g.rig.o.labelled() {
		g.VM.Console().Label(name)
	}
	return &guestMachine{Guest: g, step: step}
}

// commandFile has the command that starts the guest again, beside its logs.
const commandFile = "qemu.sh"

// keep makes the guest's logs outlive it.
func (g *Guest) keep() {
	if !g.kept && g.VM != nil {
		// The logs say more than this file, so they are kept even without it.
		_ = os.WriteFile(filepath.Join(g.dir, commandFile), []byte(g.VM.CommandLine()+"\n"), 0o600)
	}
	g.kept = true
	g.rig.keep.Store(true)
}

func (g *Guest) preserve() (log, qemu string) {
	g.keep()
	return g.VM.Console().Path(), g.VM.CommandLine()
}

func (g *Guest) attach(name, text string) string {
	g.keep()
	path := filepath.Join(g.dir, name)
	// If the file is missing, its reader learns that the disk is full.
	_ = os.WriteFile(path, []byte(text), 0o600)
	return path
}

func (g *Guest) used() (vm.CPUTime, bool) {
	t, err := g.VM.CPUTime()
	return t, err == nil
}

func (g *Guest) alive() bool {
	select {
	case <-g.VM.Exited():
		return false
	default:
		return g.Agent.Usable()
	}
}
