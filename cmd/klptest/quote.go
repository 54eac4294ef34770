// SPDX-License-Identifier: Apache-2.0

package main

import "strings"

// shellQuote makes one shell command of words: one word is a command line of
// its own, as with ssh.
func shellQuote(args []string) string {
	if len(args) == 1 {
		return args[0]
	}
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
