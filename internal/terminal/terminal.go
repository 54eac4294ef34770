// SPDX-License-Identifier: Apache-2.0

package terminal

import (
	"os"

	"golang.org/x/term"
)

// Of returns the descriptor of a stream that is a terminal.
func Of(stream any) (fd int, tty bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// Width is how many columns a terminal has; 80 when it does not tell.
func Width(fd int) int {
	w, _, err := term.GetSize(fd)
	if err != nil || w <= 0 {
		return 80
	}
	return w
}
