// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	beginMarker = "(begin)"
	endMarker   = "(end)"
)

// clearOnce is the file that re-arms all once-only warnings (kernel/panic.c).
const clearOnce = "/sys/kernel/debug/clear_warn_once"

var dynamicDebug = []string{
	"/sys/kernel/debug/dynamic_debug/control",
	"/proc/dynamic_debug/control", // where debugfs is not mounted, or refused
}

// Agent serves a client on the kernel that it runs on. There is one for each
// session, used by one request at a time.
type Agent struct {
	commander
	log       *follower
	functions string   // the file that lists redirected functions; empty: there is none
	before    standing // at Begin
	leaks     kmemleak
	armed     bool // a call is to fail in the next command
	jumps     bool // whether the guest's time jumps when the guest is idle

	// StayAwake keeps the guest from being idle, or stops doing so. It may be
	// nil.
	StayAwake func(on bool)

	// EndOthers ends the processes that a case has left, before the next case and at the
	// end of the session. It is nil in a guest, which ends with them.
	EndOthers func()
}

func New(k kernel.Kernel, files, world rootfs.Tree) *Agent {
	return &Agent{commander: commander{kernel: k, files: files, world: world}, leaks: kmemleak{files: files, age: leakAge}}
}

func (a *Agent) close() {
	if a.log != nil {
		a.log.dev.Close()
		a.log = nil
	}
}

// usable returns an error for a kernel without livepatching.
func (a *Agent) usable() error {
	if a.files.Exists(livepatchDir) {
		return nil
	}
	return &blame.Error{
		Party:   blame.User,
		Summary: "this kernel has no CONFIG_LIVEPATCH (no " + livepatchDir + ")",
		Advice:  "build it with CONFIG_LIVEPATCH=y, or test another, such as one of Debian's",
	}
}

func (a *Agent) endOthers() {
	if a.EndOthers != nil {
		a.EndOthers()
	}
}

// put appends a piece to a module's file; the first piece starts a new file.
func (a *Agent) put(name string, data []byte, first bool) error {
	if err := validModule(name); err != nil {
		return err
	}
	return a.store(guest.ModulePath(name), data, first, 0o600)
}

// putFile is like put, for another file of a test, which may be a program.
func (a *Agent) putFile(name string, data []byte, first bool) error {
	if !fs.ValidPath(name) || name == "." {
		return blame.Userf("%.80q is not a file's name", name)
	}
	return a.store(guest.FilePath(name), data, first, 0o700)
}

func (a *Agent) store(name string, data []byte, first bool, mode fs.FileMode) error {
	path := a.files.Path(name)
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if first {
		flags |= os.O_TRUNC
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, flags, mode)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(data)
	return err
}

// Begin implements [machine.Machine].
func (a *Agent) Begin(context.Context) error {
	a.endOthers()
	a.armed = false
	if a.files.Allows(clearOnce) {
		if err := a.files.Write(clearOnce, "1\n"); err != nil {
			return fmt.Errorf("re-arming the once-only warnings: %w", err)
		}
	}
	if err := a.debug(); err != nil {
		return err
	}
	a.findFunctions()
	var err error
	if a.before, err = a.look(); err != nil {
		return err
	}
	if err := a.leaks.begin(); err != nil {
		return err
	}
	return a.follow()
}

// debugControl returns the file that turns debug lines on, or "" if there is
// none.
func (a *Agent) debugControl() string {
	i := slices.IndexFunc(dynamicDebug, a.files.Allows)
	if i < 0 {
		return ""
	}
	return dynamicDebug[i]
}

// debug turns on the livepatch core's debug lines, if the kernel has them:
// transcripts show them.
func (a *Agent) debug() error {
	control := a.debugControl()
	if control == "" {
		return nil
	}
	for _, query := range []string{"file kernel/livepatch/* +p\n", "func klp_try_switch_task -p\n"} {
		if err := a.files.Write(control, query); err != nil {
			return fmt.Errorf("dynamic debug: %w", err)
		}
	}
	return nil
}

// follow goes to the end of the log, and checks that markers arrive.
func (a *Agent) follow() error {
	a.close()
	dev, err := a.kernel.OpenLog()
	if err != nil {
		return fmt.Errorf("opening /dev/kmsg: %w", err)
	}
	log, err := follow(dev)
	if err == nil {
		err = log.check()
	}
	if err != nil {
		dev.Close()
		return err
	}
	a.log = log
	return nil
}

// End implements [machine.Machine]. The log is read last, because records
// logged during the inspection count. The end marker is for readers of the
// console; it is not among the records.
func (a *Agent) End(ctx context.Context) (machine.EndState, error) {
	if a.log == nil {
		return machine.EndState{}, blame.Rigf("the end of a case that has not begun")
	}
	if err := a.log.mark(endMarker); err != nil {
		return machine.EndState{}, err
	}
	leaks, err := a.leaks.end(ctx)
	if err != nil {
		return machine.EndState{}, err
	}
	now, err := a.look()
	if err != nil {
		return machine.EndState{}, err
	}
	records, err := a.log.take()
	return machine.EndState{
		Records:   slices.DeleteFunc(records, isMarker(endMarker)),
		Modules:   added(a.before.modules, now.modules),
		Patches:   added(a.before.patches, now.patches),
		Functions: added(a.before.functions, now.functions),
		Taint:     now.taint &^ a.before.taint,
		Leaks:     leaks,
	}, err
}
