// SPDX-License-Identifier: Apache-2.0

package terminal

import "golang.org/x/term"

// Of returns the descriptor of a stream if it is a terminal.
func Of(stream any) (fd int, tty bool) {
	f, ok := stream.(interface{ Fd() uintptr }) // a file, or what leads to one
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// Width returns the number of columns of a terminal; 80 if unknown.
func Width(fd int) int {
	w, _, err := term.GetSize(fd)
	if err != nil || w <= 0 {
		return 80
	}
	return w
}
