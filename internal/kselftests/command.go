// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/shellword"
)

// endGrace is how long a script may take to end once told to, and then the guest to report
// it.
const endGrace = 20 * time.Second

// timedOut is the exit status when time is up.
const timedOut = "exit 124"

// neverRan are the exit statuses of a shell or timeout(1) that cannot run a program. They are
// also those of a script that ends so itself.
var neverRan = []string{"exit 125", "exit 126", "exit 127"}

// A preparation that fails has this last line and this exit status.
const (
	unprepared       = "klptest: the guest is not ready for the script"
	unpreparedStatus = "exit 126"
)

// fixedAddresses puts the code of all processes at the same addresses. The emulator of QEMU
// 7.2 translates code again for each address, and the scripts start thousands of processes:
// without this they take three times as long.
const fixedAddresses = "echo 0 > /proc/sys/kernel/randomize_va_space"

// quietObjects switches off the debug lines of lib/kobject.c and lib/kobject_uevent.c, which a
// kernel with CONFIG_DEBUG_KOBJECT begins with. They name the test modules, so the scripts
// would take them for livepatch's.
const quietObjects = "{ [ ! -e /proc/dynamic_debug/control ] || echo 'file kobject*.c -p' > /proc/dynamic_debug/control; }"

// command runs the script. The step's shell is busybox, which prefers its own programs; bash
// runs the host's.
func (t Test) command(emulated bool) machine.Command {
	line := "cd " + guest.CaseFiles + " && " + guarded(t.preparation(emulated), t.script.Name, t.limit, endGrace)
	return machine.Command{Text: "./" + t.script.Name, Verb: machine.Sh, Args: []string{"exec /bin/bash -c " + shellword.Quote(line)}}
}

// guarded returns a line of bash that runs a script for a limited time. A script that must be
// killed takes timeout(1) with it, and bash reports the same status as after any other
// SIGKILL. Only the time tells them apart, and only the guest knows its time.
func guarded(preparation, script string, limit, grace time.Duration) string {
	seconds := fmt.Sprintf("%.0f", limit.Seconds())
	return fmt.Sprintf("%s || { echo %s; %s; }; timeout -k %g %s ./%s; status=$?; [ $status = 137 ] && [ $SECONDS -ge %s ] && %s; exit $status",
		preparation, shellword.Quote(unprepared), unpreparedStatus, grace.Seconds(), seconds, shellword.Quote(script), seconds, timedOut)
}

// preparation puts the script among its modules, on a host that could build these and has
// the links in /dev that a distribution makes (bash's <() needs /dev/fd).
func (t Test) preparation(emulated bool) string {
	steps := []string{
		"{ [ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd; }",
		buildable("/lib/modules/$(uname -r)"),
		"ln -s " + guest.CaseModules + " " + moduleDir,
		quietObjects,
	}
	if t.suite.inTree {
		steps = append(steps, "cp -r "+moduleDir+"/ /lib/modules/$(uname -r)/extra", "depmod")
	}
	if emulated {
		steps = append(steps, fixedAddresses)
	}
	return strings.Join(steps, " && ")
}

// buildable makes the directory in which modules are built: the scripts skip themselves
// without it (has_kdir of functions.sh). On an image that lacks the kernel's headers it may
// be a dangling link.
func buildable(modules string) string { return `mkdir -p "$(realpath -m ` + modules + `/build)"` }

// lacks matches a shell's complaint about a program that the guest lacks.
var lacks = regexp.MustCompile(`(?m)^\S*: line \d+: (\S+): command not found$`)

// unable returns the rig's error that has kept a script from running; nil: there is none.
func unable(a machine.Answer) error {
	if a.Errno == "" {
		return nil
	}
	if missing := lacks.FindStringSubmatch(a.Output); missing != nil {
		return blame.AdviseRigf("report this line: the guest's list of programs lacks it", "the script needs the program %s, which the guest does not have", missing[1])
	}
	if before, marked := strings.CutSuffix(strings.TrimSpace(a.Output), unprepared); marked && a.Errno == unpreparedStatus {
		return blame.Rigf("the guest cannot be prepared for the script: %s", lastWords(before))
	}
	if slices.Contains(neverRan, a.Errno) && len(parse(a.Output)) == 0 {
		return blame.Rigf("the script cannot be run: %s", saying(a))
	}
	return nil
}
