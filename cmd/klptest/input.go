// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/terminal"
)

// input returns standard input, which ends with ctx: by itself, a read from a
// terminal or a pipe would not. On a terminal, input says what is read.
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

// open opens a file or standard input; what describes the contents.
func (a *app) open(ctx context.Context, name, what string) (in io.Reader, done func(), err error) {
	if name == standardInput {
		return a.input(ctx, what), func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, blame.Unreadable(name, err)
	}
	return f, func() { f.Close() }, nil
}

// standardInput names standard input among cases; inputFile is the File of its case.
const standardInput, inputFile = "-", "stdin"

// load is [cases.Load] for arguments that may include standard input.
func (a *app) load(ctx context.Context, args []string) ([]*casefile.Case, error) {
	i := slices.Index(args, standardInput)
	if i < 0 {
		return cases.Load(args)
	}
	c, err := a.readCase(ctx)
	if err != nil {
		return nil, err
	}
	list := []*casefile.Case{c}
	if others := slices.Concat(args[:i], args[i+1:]); len(others) > 0 {
		more, err := cases.Load(others)
		return append(list, more...), err
	}
	return list, nil
}

// readCase reads a case from standard input.
func (a *app) readCase(ctx context.Context) (*casefile.Case, error) {
	data, err := io.ReadAll(io.LimitReader(a.input(ctx, "the case"), casefile.MaxFile+1))
	if err != nil {
		return nil, err
	}
	return casefile.Parse(inputFile, data)
}

// loadOne is [cases.LoadOne] for an argument that may be standard input.
func (a *app) loadOne(ctx context.Context, arg string) (*casefile.Case, error) {
	if arg == standardInput {
		return a.readCase(ctx)
	}
	return cases.LoadOne(arg)
}
