// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	rmmodPatience = 5 * time.Second // on an idle kernel it ends at once; less than the limit of a step
	rmmodPause    = 20 * time.Millisecond

	// idleReads is how often idle looks. On Debian's kernel under emulation, the Go
	// runtime was found asleep after up to 182 reads, 10 ms.
	idleReads = 500
)

// commander runs the commands of a case. It keeps no state, because a command
// stuck in the kernel runs on beside later ones.
type commander struct {
	kernel kernel.Kernel
	files  rootfs.Tree // the agent's own view
	world  rootfs.Tree // the case's
}

// outcome is the result of a command itself, before any wait.
type outcome struct {
	output string
	err    error // an errno: the command failed, as a case may expect; any other error is the rig's
	starts bool  // a transition may have begun, or come closer to its end
}

type command struct {
	args int // the least number of arguments
	run  func(commander, context.Context, []string) outcome
}

var commands = map[machine.Verb]command{
	machine.Insmod:  {1, commander.insmod},
	machine.Rmmod:   {1, commander.rmmod},
	machine.Echo:    {2, commander.echo},
	machine.Cat:     {1, commander.cat},
	machine.Wait:    {1, commander.wait},
	machine.Hold:    {1, commander.hold},
	machine.Release: {1, commander.letGo},
	machine.Sh:      {1, commander.sh},
	machine.Fail:    {2, commander.fail},
}

func (c commander) run(ctx context.Context, cmd machine.Command) outcome {
	op, ok := commands[cmd.Verb]
	if !ok || len(cmd.Args) < op.args {
		return outcome{err: blame.Userf("the guest cannot run %q", cmd.Text)}
	}
	if cmd.Verb == machine.Sh && cmd.Background {
		return c.sh(ctx, []string{inBackground(cmd.Args[0])})
	}
	return op.run(c, ctx, cmd.Args)
}

func (c commander) insmod(_ context.Context, args []string) outcome {
	name := args[0]
	path := guest.ModulePath(name)
	if validModule(name) != nil || !c.files.Exists(path) {
		return outcome{err: blame.Rigf("module %q was not sent to the guest", name)}
	}
	err := c.kernel.Load(c.files.Path(path), joinParams(args[1:]))
	return outcome{err: err, starts: err == nil && c.files.Exists(livepatchDir+"/"+name)}
}

// rmmod waits for a livepatch that is gone from sysfs: a work item drops its
// module's last reference a moment later (core.c, klp_free_patch_finish). Once
// the kernel is idle, that moment is over, and its answer is final.
func (c commander) rmmod(ctx context.Context, args []string) outcome {
	name := args[0]
	livepatch := c.isLivepatch(name)
	freed := func() bool { return livepatch && !c.files.Exists(livepatchDir+"/"+name) }
	end := time.Now().Add(rmmodPatience)
	for last := false; ; {
		err := c.kernel.Unload(name)
		if last || !errors.Is(err, unix.EAGAIN) || !freed() {
			// A module that was patched may have held a transition open.
			return outcome{err: err, starts: err == nil && !livepatch}
		}
		last = idle(c.runnable) || time.Now().After(end)
		if !last && !pause(ctx, rmmodPause) {
			return outcome{err: ctx.Err()}
		}
	}
}

// runnable returns how many tasks want a CPU, the reader among them (show_stat,
// fs/proc/stat.c). A case that has patched that function may make it fail.
func (c commander) runnable() (tasks int, err error) {
	text, err := c.files.Read("/proc/stat", maxProcFile)
	if err != nil {
		return 0, err
	}
	_, text, _ = strings.Cut(text, "\nprocs_running ")
	text, _, _ = strings.Cut(text, "\n")
	return strconv.Atoi(text)
}

// idle reports whether there is a moment at which no task but the reader wants a CPU.
//
// It looks many times. Whenever the agent wakes, the Go runtime's monitor does so too, every
// 20 µs at first, which is less than an emulated kernel takes to answer. Only an agent that
// stays busy makes it sleep longer (sysmon, runtime/proc.go).
func idle(runnable func() (tasks int, err error)) bool {
	for range idleReads {
		if tasks, err := runnable(); err != nil || tasks == 1 {
			return err == nil
		}
	}
	return false
}

// isLivepatch reports whether a loaded module is a livepatch: taint K is
// TAINT_LIVEPATCH (kernel/panic.c).
func (c commander) isLivepatch(name string) bool {
	taint, _ := c.files.Read("/sys/module/"+name+"/taint", 64)
	return strings.Contains(taint, "K")
}

func (c commander) echo(ctx context.Context, args []string) outcome {
	value, path := args[0], args[1]
	err := c.world.Write(path, value+"\n")
	if err == nil {
		err = c.checkHolder(ctx, path)
	}
	return outcome{err: err, starts: err == nil && strings.HasPrefix(path, livepatchDir+"/")}
}

func (c commander) cat(_ context.Context, args []string) outcome {
	text, err := c.world.Read(args[0], rootfs.MaxOutput)
	return outcome{output: text, err: err}
}

func (c commander) wait(context.Context, []string) outcome { return outcome{starts: true} }

func (c commander) hold(ctx context.Context, args []string) outcome {
	return outcome{err: c.setHolder(ctx, args[0], "1\n")}
}

func (c commander) letGo(ctx context.Context, args []string) outcome {
	err := c.setHolder(ctx, args[0], "0\n")
	return outcome{err: err, starts: err == nil}
}

// validModule keeps a module's name from being a path. The length is the
// kernel's (MODULE_NAME_LEN of a 64-bit kernel).
func validModule(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	if name == "" || len(name) > 55 || strings.Trim(name, letters) != "" {
		return blame.Userf("%.80q is not a module name", name)
	}
	return nil
}

// joinParams makes the one string that finit_module takes, quoted as kmod
// does it.
func joinParams(params []string) string {
	quoted := make([]string, len(params))
	for i, p := range params {
		key, value, _ := strings.Cut(p, "=")
		if strings.ContainsAny(value, " \t") && !strings.HasPrefix(value, `"`) {
			p = fmt.Sprintf(`%s="%s"`, key, value)
		}
		quoted[i] = p
	}
	return strings.Join(quoted, " ")
}

// symbol names the errno with which a command failed; ok is false when err is
// not an errno, and so the rig's.
func symbol(err error) (name string, ok bool) {
	var status exitError
	if errors.As(err, &status) {
		return status.Error(), true
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return "", false
	}
	if name = unix.ErrnoName(errno); name == "" {
		name = fmt.Sprintf("errno %d", int(errno)) // such as 524, the kernel's internal ENOTSUPP
	}
	return name, true
}

// pause sleeps, and reports false when ctx ended it.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
