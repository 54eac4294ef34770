// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/matrix"
	"github.com/klptest/klptest/internal/resume"
)

// matrixOptions are the flags of `klptest matrix`.
type matrixOptions struct {
	words []string // the flags that all cells have
	keepOptions
	shard   matrix.Shard
	timeout time.Duration
}

// cellFlags are the flags of klptest run that all cells of a matrix have.
var cellFlags = []string{"accel", "bundle", "confirm", "cpus", "fresh", "host-time", "ignore", "jobs", "keep", "kernel-args", "memory", "no-pool", "one-vm", "pristine", "qemu", "strict", "trust-sources"}

func (a *app) matrixCommand() *cobra.Command {
	var o matrixOptions
	c := &cobra.Command{
		Use:   "matrix FILE --out DIR",
		Short: "Run sets of cases on many kernels with many options, in shards, and resume after an interruption",
		Long: `Run the matrix in a YAML file: each set of cases on each kernel with each of the
options:

  kernels:
    - debian:6.12
    - {name: mine, kernel: ../linux, debug: true}
  cases:
    - {name: states, select: ['state-*', ./my.txtar], exclude: [state-ids]}
  options:
    - {name: plain}
    - {name: smp, cpus: 4, repeat: 3, shuffle: 7}

docs/matrix.md describes all keys.

The results of each cell are in a directory of its own below DIR; klptest report DIR
shows them all. The same command resumes an interrupted run: what is finished is not
run again.

A kernel that cannot be had is reported as not run, and the others are tested.

` + exit.Help(),
		Example: `  klptest matrix nightly.yaml --out results
  klptest matrix nightly.yaml --out results --shard 2/4
  klptest report results`,
		Args: flags.Takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.words = givenFlags(c.Flags(), isCellFlag)
			return a.matrix(c.Context(), args[0], o)
		},
	}
	a.matrixFlags(c, &o)
	return c
}

func (a *app) matrixFlags(c *cobra.Command, o *matrixOptions) {
	f := c.Flags()
	resultsFlags(f, &o.keepOptions)
	f.Lookup("run-id").Usage = "the `name` of the run, which all shards share (default: determined by the file's contents)"
	f.Var(shardValue{&o.shard}, "shard", "run only shard I of N: `I/N`; each case of each cell is in one shard")
	f.Var(flags.Duration(&o.timeout, 24*time.Hour), "timeout", "limit for the whole run")
	run := &cobra.Command{}
	a.runFlags(run, &runOptions{})
	for _, name := range cellFlags {
		f.AddFlag(run.Flags().Lookup(name))
	}
	flags.Rules{Needed: []string{"out"}, Apart: guestsApart}.Of(c)
}

func isCellFlag(name string) bool { return slices.Contains(cellFlags, name) }

// matrix reads the file and runs the cells of the shard.
func (a *app) matrix(ctx context.Context, file string, o matrixOptions) error {
	data, err := matrix.Read(file)
	if err != nil {
		return err
	}
	m, err := matrix.Parse(file, data)
	if err != nil {
		return err
	}
	if o.runID == "" {
		o.runID = fmt.Sprintf("matrix-%x", sha256.Sum256(data))[:23]
	}
	cells, err := a.cellsOf(file, m, o)
	if err != nil {
		return err
	}
	unlock, err := lockShard(o)
	if err != nil {
		return err
	}
	defer unlock()
	for _, c := range cells {
		if _, err := resume.Find(c.dir, c.name, c.o.runID, c.o.label); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, errTimeout(o.timeout))
	defer cancel()
	return a.runCells(ctx, cells)
}

// shardValue is the value of --shard.
type shardValue struct{ to *matrix.Shard }

var _ pflag.Value = shardValue{}

// Set implements [pflag.Value].
func (s shardValue) Set(text string) error {
	first, second, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(first)
	n, err2 := strconv.Atoi(second)
	if err != nil || err2 != nil || i < 1 || n < i || n > 10_000 {
		return flags.BadValue("it must be I/N, such as 2/4: the second of four")
	}
	*s.to = matrix.Shard{I: i, N: n}
	return nil
}

// String implements [pflag.Value].
func (s shardValue) String() string {
	if s.to == nil || s.to.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.to.I, s.to.N)
}

// Type implements [pflag.Value].
func (shardValue) Type() string { return "I/N" }
