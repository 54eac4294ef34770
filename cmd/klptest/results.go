// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"strings"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/results"
)

// resultsFlags are those of a command that keeps its results.
func resultsFlags(f *pflag.FlagSet, out, runID *string) {
	f.Var(fileName{out}, "out", "write the results to `directory`, in all formats and as they come, with the logs of what does not pass")
	f.Var(nameValue{runID}, "run-id", "the `name` of the run that this one is a part of: of results with one name, what was run again counts once (default: a random one)")
}

// createResults makes the directory of --out; none is asked for by an empty path.
func (a *app) createResults(path string) (*results.Dir, error) {
	if path == "" {
		return nil, nil
	}
	return results.Create(path, a.notice)
}

// newRunID names a run that nobody has named.
func newRunID() string { return strings.ToLower(rand.Text()[:16]) }
