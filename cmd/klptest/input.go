// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"

	"github.com/klptest/klptest/internal/terminal"
)

// input is standard input, which ends with ctx: a read from a terminal or a pipe
// would not. On a terminal it says what is read.
func (a *app) input(ctx context.Context, what string) io.Reader {
	if _, tty := terminal.Of(a.in); tty {
		a.notice("reading " + what + " from standard input; Ctrl-D ends it")
	}
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, a.in)
		w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	return r
}
