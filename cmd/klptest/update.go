// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// updatable refuses --update for cases that have no file that can be rewritten.
func updatable(args []string, list []*casefile.Case) error {
	for _, arg := range args {
		if !cases.IsFile(arg) {
			return &blame.Error{Party: blame.User, Summary: "--update rewrites case files; " + arg + " is the name of a shipped case", Advice: "klptest show " + arg + " > " + arg + ".txtar"}
		}
	}
	if len(args) == 0 {
		return blame.Userf("--update needs the case files to rewrite")
	}
	var errs []error
	for _, c := range list {
		errs = append(errs, writable(c.File))
	}
	return blame.Join(errs...)
}

// writable refuses a file that its mode protects, even from root.
func writable(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o222 == 0 {
		err = unix.EACCES
	}
	if err == nil {
		err = unix.Access(path, unix.W_OK)
	}
	if err != nil {
		return blame.AdviseUserf("chmod u+w "+path, "--update cannot rewrite %s: %w", path, err)
	}
	return nil
}

// updated rewrites the file of a case that failed to what was observed, and returns the
// new result. A case whose file cannot express that stays a FAIL.
func (a *app) updated(c *casefile.Case, res judge.Result) judge.Result {
	if res.Verdict != judge.Fail {
		return res
	}
	if err := judge.UpdateFile(c, res.Observation); err != nil {
		a.notice("not updated: " + err.Error())
		return res
	}
	a.notice("updated " + c.File)
	return judge.Result{
		Name: res.Name, Title: res.Title, File: res.File, Verdict: judge.Pass, Updated: true,
		Duration: res.Duration, Observed: res.Observed, Observation: res.Observation,
	}
}
