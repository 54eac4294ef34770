// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
)

// fail loads the module that makes a call fail. It does not fail with an errno as
// commands do: a case could expect that.
func (c commander) fail(_ context.Context, args []string) outcome {
	path := guest.ModulePath(machine.FaultModule)
	if !c.files.Exists(path) {
		return outcome{err: blame.Rigf("module %q was not sent to the guest", machine.FaultModule)}
	}
	err := c.kernel.Load(c.files.Path(path), joinParams([]string{"function=" + args[0], "nth=" + args[1]}))
	if err != nil {
		return outcome{err: cannotFail(args[0], err)}
	}
	return outcome{}
}

// cannotFail says why the module cannot make a call fail. The text replaces the
// errno.
func cannotFail(function string, err error) error {
	e := &blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("%s cannot have a call of %s fail: %v", machine.FaultModule, function, err),
	}
	switch {
	case errors.Is(err, unix.EOPNOTSUPP):
		e.Party, e.Summary = blame.User, "this kernel has no CONFIG_KPROBES, without which no call can fail"
		e.Advice = "build it with CONFIG_KPROBES=y, or test another, such as one of Debian's"
	case errors.Is(err, unix.ENOENT):
		e.Party, e.Summary = blame.User, fmt.Sprintf("this kernel has no %s that a kprobe can be set on", function)
	}
	return e
}

// afterFault removes the module once the command after fail is over; the log then
// says if the call was not made. After a stall the guest is useless anyway.
func (a *Agent) afterFault(cmd machine.Command, ans machine.Answer) error {
	armed := a.armed
	a.armed = cmd.Verb == machine.Fail
	if !armed || a.armed || ans.Stall != nil {
		return nil
	}
	if err := a.kernel.Unload(machine.FaultModule); err != nil {
		return fmt.Errorf("removing %s: %w", machine.FaultModule, err)
	}
	return nil
}
