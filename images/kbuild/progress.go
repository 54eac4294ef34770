// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"fmt"
	"regexp"
	"time"

	"github.com/klptest/klptest/internal/steady"
)

// Progress is how far a build has come.
type Progress struct {
	Begins  string // what is going to be built, and why; set only in the first report of a build
	Step    int    // files made so far
	Of      int    // about how many there are; 0: not known
	Elapsed time.Duration
}

// fullBuild is the number of steps of base.config in Linux 6.12. Other versions
// differ by a few percent, which is good enough for an estimate.
const fullBuild = 1740

// Left estimates the time that is left. It returns 0 if there is no estimate.
func (p Progress) Left() time.Duration {
	if p.Of == 0 || p.Step < p.Of/20 || p.Step > p.Of {
		return 0
	}
	return p.Elapsed * time.Duration(p.Of-p.Step) / time.Duration(p.Step)
}

// String returns a line without a newline.
func (p Progress) String() string {
	if p.Begins != "" {
		return p.Begins
	}
	s := fmt.Sprintf("building the kernel: step %d", p.Step)
	if p.Of > 0 {
		s += fmt.Sprintf(" of about %d", max(p.Of, p.Step))
	}
	s += ", " + p.Elapsed.Round(time.Second).String()
	if left := p.Left(); left > 0 {
		s += fmt.Sprintf(", some %s left", left.Round(10*time.Second))
	}
	return s
}

// TellEvery is the interval of a build's reports in a log.
const TellEvery = 30 * time.Second

// NowAndThen passes on the first report of each build, and then one every TellEvery.
// Builds may follow one another.
func NowAndThen(tell func(Progress)) func(Progress) {
	var next time.Duration
	return func(p Progress) {
		if p.Begins != "" || p.Elapsed >= next {
			next = p.Elapsed + TellEvery
			tell(p)
		}
	}
}

// step matches a line of Kbuild about a file that it makes.
var step = regexp.MustCompile(`^  [A-Z][A-Z0-9_]*( \[M\])? +\S`)

// counter counts the steps in what make prints, and looks for a shortage.
type counter struct {
	of      int
	n       int
	started time.Time
	tell    func(Progress)
	line    []byte          // incomplete so far
	short   steady.Shortage // the first that was told of
	said    string          // the line that told of it
}

func newCounter(full bool, tell func(Progress)) *counter {
	c := &counter{started: time.Now(), tell: tell}
	if full {
		c.of = fullBuild
	}
	return c
}

func (c *counter) Write(p []byte) (int, error) {
	c.line = append(c.line, p...)
	for {
		line, rest, whole := bytes.Cut(c.line, []byte("\n"))
		if !whole {
			break
		}
		c.line = rest
		if c.short == steady.None {
			c.said = string(line)
			c.short = steady.ShortageIn(c.said)
		}
		if step.Match(line) {
			c.n++
			c.report()
		}
	}
	if len(c.line) > maxBuildLine {
		c.line = nil // no line of Kbuild is that long
	}
	return len(p), nil
}

func (c *counter) report() {
	if c.tell != nil {
		c.tell(Progress{Step: c.n, Of: c.of, Elapsed: time.Since(c.started)})
	}
}
