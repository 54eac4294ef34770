// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/matrix"
	"github.com/klptest/klptest/internal/results"
)

// cell is a cell of a matrix, prepared to run.
type cell struct {
	matrix.Cell
	o    runOptions
	list []*casefile.Case // of the shard
	dir  string           // of all results
	name string           // of the results of this shard of the cell

	there bool // all results were there before, and nothing was run
}

// cellsOf prepares all cells, so that mistakes in the file are reported before anything
// runs.
func (a *app) cellsOf(file string, m matrix.Matrix, o matrixOptions) ([]*cell, error) {
	var list []*cell
	var all [][]*casefile.Case
	for i, mc := range m.Cells() {
		c := &cell{Cell: mc, dir: o.out, name: fmt.Sprintf("%03d-%s", i+1, results.FileName(mc.Label()))}
		if o.shard.N > 1 {
			c.name += fmt.Sprintf(".%dof%d", o.shard.I, o.shard.N)
		}
		cases, err := a.prepareCell(c, o)
		if err != nil {
			return nil, &blame.Error{Party: blame.User, Summary: fmt.Sprintf("%s: %s", file, mc.Label()), Err: err}
		}
		list, all = append(list, c), append(all, cases)
	}
	times := func(i int, c *casefile.Case) int { return list[i].o.repeat.rounds(c) }
	for i, mine := range o.shard.Share(all, times) {
		list[i].list = mine
	}
	return list, nil
}

// prepareCell sets the options of the cell, and returns its cases in all shards.
func (a *app) prepareCell(c *cell, o matrixOptions) ([]*casefile.Case, error) {
	run := &cobra.Command{Use: "run"}
	a.runFlags(run, &c.o)
	if err := run.ParseFlags(append(append([]string{}, o.words...), c.Option.Words...)); err != nil {
		return nil, flags.Bad(run, err)
	}
	if err := run.PreRunE(run, nil); err != nil {
		return nil, err
	}
	c.o.kernel, c.o.kernelGiven, c.o.runID, c.o.label = c.Kernel.Spec, true, o.runID, c.Label()
	c.o.given, c.o.givenShell = givenFlags(run.Flags(), repeats), givenFlags(run.Flags(), opensShell)
	list, err := cases.Load(c.Set.Select)
	if err == nil {
		list, err = selection{exclude: c.Set.Exclude, covers: c.Set.Covers}.of(list)
	}
	if err == nil {
		list, err = ignoring(list, c.o.ignore)
	}
	return list, err
}

// lockShard keeps other processes from writing the same shard to the same directory.
func lockShard(o matrixOptions) (unlock func(), err error) {
	if err := os.MkdirAll(o.out, 0o700); err != nil {
		return nil, blame.Unwritable(o.out, err)
	}
	path := filepath.Join(o.out, fmt.Sprintf(".lock.%dof%d", o.shard.I, o.shard.N))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, blame.Unwritable(path, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, blame.AdviseUserf("wait until it is over, or name another directory", "another klptest matrix writes the same shard to %s", o.out)
	}
	return func() { f.Close() }, nil
}
