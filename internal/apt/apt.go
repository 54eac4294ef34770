// SPDX-License-Identifier: Apache-2.0

package apt

import (
	"os"
	"strings"
)

// Get returns an apt-get command as the user must type it: Get("install",
// "git").
func Get(args ...string) string { return get(os.Geteuid(), args) }

func get(uid int, args []string) string {
	command := "apt-get " + strings.Join(args, " ")
	if uid == 0 {
		return command
	}
	return "sudo " + command
}
