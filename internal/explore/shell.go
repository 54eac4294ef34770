// SPDX-License-Identifier: Apache-2.0

package explore

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// prelude is the start of a reproducer's shell script.
//
//go:embed prelude.sh
var prelude string

// shell writes a case's commands as a script for people without klptest.
// Comments beside each command say what the model expects.
func shell(c *casefile.Case) []byte {
	var objects []string
	for _, name := range c.Modules() {
		objects = append(objects, name+".o")
	}
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(prelude, "OBJECTS", strings.Join(objects, " ")))
	for i, s := range c.Steps {
		text := shellCommand(s.Command)
		if waits(s.Command) {
			text += "; settle"
		}
		if i > 0 && c.Steps[i-1].Command.Verb == machine.Fail {
			text += "; rmmod " + machine.FaultModule
		}
		fmt.Fprintf(&b, "\nsay '%s'\n%s\n", s.Command.Text, text)
		for _, e := range s.Expect {
			fmt.Fprintf(&b, "# %s\n", e.Text)
		}
	}
	return []byte(b.String())
}

func shellCommand(cmd machine.Command) string {
	const holders = "/sys/module/klp_target/parameters/hold_"
	args := cmd.Args
	switch cmd.Verb {
	case machine.Insmod:
		return strings.TrimSpace(fmt.Sprintf("insmod ./%s.ko %s", args[0], strings.Join(args[1:], " ")))
	case machine.Rmmod:
		if isLivepatch(args[0]) {
			return "unload " + args[0]
		}
	case machine.Echo:
		return fmt.Sprintf("echo %s > %s", args[0], args[1])
	case machine.Hold:
		return "echo 1 > " + holders + args[0]
	case machine.Release:
		return "echo 0 > " + holders + args[0]
	case machine.Wait:
		return "settle"
	case machine.Fail:
		return fmt.Sprintf("insmod ./%s.ko function=%s nth=%s", machine.FaultModule, args[0], args[1])
	}
	return strings.TrimSuffix(cmd.Text, " &")
}

// waits reports whether a command waits for a transition that it may end or
// start, as klptest's do.
func waits(cmd machine.Command) bool {
	switch cmd.Verb {
	case machine.Insmod, machine.Echo, machine.Release:
		return !cmd.Background
	case machine.Rmmod:
		return !cmd.Background && !isLivepatch(cmd.Args[0])
	}
	return false
}

func isLivepatch(module string) bool { return slices.Contains(probeNames, module) }
