// SPDX-License-Identifier: Apache-2.0

package model

import (
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
)

const holderAt = moduleDir + "/klp_target/parameters/hold_"

// outcome is the result of a command itself, before any wait.
type outcome struct {
	output string
	ret    int
	starts bool // a transition may have begun, or come closer to its end
}

// arguments is the least number of a command's arguments.
var arguments = map[machine.Verb]int{
	machine.Insmod: 1, machine.Rmmod: 1, machine.Echo: 2, machine.Cat: 1, machine.Wait: 1, machine.Hold: 1, machine.Release: 1,
	machine.Fail: 2,
}

// run does what the agent in the guest does.
func (m *Machine) run(cmd machine.Command) outcome {
	args := cmd.Args
	if n, ok := arguments[cmd.Verb]; !ok || len(args) < n {
		m.k.giveUp("the command %s", cmd.Text)
		return outcome{}
	}
	switch cmd.Verb {
	case machine.Insmod:
		ret := m.k.insmod(args[0], args[1:])
		return outcome{ret: ret, starts: errnoName(ret) == "" && m.k.directory(args[0]) != nil}
	case machine.Rmmod:
		return m.rmmod(args[0])
	case machine.Echo:
		ret := m.write(args[1], args[0])
		return outcome{ret: ret, starts: ret == 0 && under(args[1], livepatchDir)}
	case machine.Cat:
		return m.cat(args[0])
	case machine.Wait:
		return outcome{starts: true}
	case machine.Fail:
		m.fail(args[0], args[1])
	case machine.Hold:
		return outcome{ret: m.write(holderAt+args[0], "1")}
	case machine.Release:
		ret := m.write(holderAt+args[0], "0")
		return outcome{ret: ret, starts: ret == 0}
	}
	return outcome{}
}

// rmmod waits once for a livepatch that is gone from sysfs, as the agent does.
func (m *Machine) rmmod(name string) outcome {
	mod := m.k.modules.find(name)
	livepatch := mod != nil && mod.program.isLivepatch()
	ret := m.k.rmmod(name)
	if errnoName(ret) == "EAGAIN" && livepatch && m.k.directory(name) == nil {
		m.k.elapse()
		ret = m.k.rmmod(name)
	}
	return outcome{ret: ret, starts: ret == 0 && !livepatch}
}

func (m *Machine) cat(path string) outcome {
	f := m.k.open(path)
	switch {
	case f == nil:
		return outcome{ret: -int(unix.ENOENT)}
	case f.dir:
		return outcome{ret: -int(unix.EISDIR)}
	case f.read == nil:
		return outcome{ret: -int(unix.EACCES)}
	}
	return outcome{output: f.read()}
}

func (m *Machine) write(path, value string) int {
	f := m.k.open(path)
	switch {
	case f == nil:
		return -int(unix.ENOENT)
	case f.dir:
		return -int(unix.EISDIR)
	case f.write == nil:
		return -int(unix.EACCES)
	}
	return f.write(value + "\n")
}
