// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"

	"golang.org/x/term"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
)

// reporter returns the reporter of --format.
func (a *app) reporter(o runOptions) (report.Reporter, error) {
	switch o.format {
	case "human":
		return a.human(o.verbose), nil
	case "ktap":
		return report.NewKTAP(a.out), nil
	case "json":
		return report.NewJSON(a.out), nil
	}
	return nil, &blame.Error{Party: blame.User, Summary: "unknown format " + o.format, Advice: "formats: human, ktap, json"}
}

// human reports for people, as well as the terminal can.
func (a *app) human(verbose bool) *report.Human {
	fd, tty := terminal(a.out)
	name := os.Getenv("TERM")
	able := tty && name != "" && name != "dumb" // can move the cursor and has colours
	live := able && !verbose
	h := report.NewHuman(a.out, report.HumanOptions{
		Color: able && os.Getenv("NO_COLOR") == "",
		Live:  live,
		Width: func() int { return width(fd) },
	})
	if live {
		a.live = h
	}
	return h
}

// terminal returns the descriptor of a stream that is a terminal.
func terminal(stream any) (fd int, tty bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

func width(fd int) int {
	w, _, err := term.GetSize(fd)
	if err != nil || w <= 0 {
		return 80
	}
	return w
}

// junitFile is where a JUnit report will be; nil: nobody wants one. It is made
// before the run, so that it can be written after it, and none of an earlier
// run stays.
type junitFile struct{ file *os.File }

func createJUnit(path string) (*junitFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, &blame.Error{Party: blame.User, Summary: "cannot write the JUnit report", Err: err}
	}
	return &junitFile{f}, nil
}

func (j *junitFile) write(head report.Run, results []judge.Result) error {
	if j == nil {
		return nil
	}
	return blame.Join(report.WriteJUnit(j.file, head, results), j.file.Close())
}
