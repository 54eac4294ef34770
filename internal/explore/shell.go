// SPDX-License-Identifier: Apache-2.0

package explore

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases"
)

// prelude is what the shell script of a reproducer begins with.
//
//go:embed prelude.sh
var prelude string

// shell writes a case's commands as a script for people without klptest. What
// the model expects stands beside each command, as comments.
func shell(c *cases.Case) []byte {
	var b strings.Builder
	b.WriteString(prelude)
	for _, s := range c.Steps {
		fmt.Fprintf(&b, "\nsay '%s'\n%s\n", s.Command.Text, shellCommand(s.Command))
		for _, e := range s.Expect {
			fmt.Fprintf(&b, "# %s\n", e.Text)
		}
	}
	return []byte(b.String())
}

func shellCommand(cmd cases.Command) string {
	const holders = "/sys/module/klp_target/parameters/hold_"
	args := cmd.Args
	text := ""
	switch cmd.Verb {
	case cases.Insmod:
		text = fmt.Sprintf("insmod ./%s.ko %s", args[0], strings.Join(args[1:], " "))
	case cases.Echo:
		text = fmt.Sprintf("echo %s > %s", args[0], args[1])
	case cases.Hold:
		return "echo 1 > " + holders + args[0]
	case cases.Release:
		text = "echo 0 > " + holders + args[0]
	case cases.Wait:
		return "settle"
	default:
		return cmd.Text
	}
	if text = strings.TrimSpace(text); cmd.Background {
		return text
	}
	return text + "; settle"
}
