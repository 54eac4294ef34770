// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"errors"
	"fmt"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/blame"
)

// maxProblems bounds the messages about one file: garbage has a problem in each
// line.
const maxProblems = 20

// maxMessage bounds the message about one line: the line may be the whole file.
const maxMessage = 600

// Problem is something wrong with a case file.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Error implements error.
func (p Problem) Error() string { return p.String() }

// problems collects the problems of one file.
type problems struct {
	file string
	list []Problem
}

func (p *problems) add(line int, format string, args ...any) {
	switch len(p.list) {
	case maxProblems:
		p.list = append(p.list, Problem{p.file, line, "too many problems; the rest is not shown"})
	case maxProblems + 1:
	default:
		p.list = append(p.list, Problem{p.file, line, klog.Clip(klog.Escape(fmt.Sprintf(format, args...)), maxMessage)})
	}
}

// err returns all problems as one error that blames the user, one a line.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	var errs []error
	for _, q := range p.list {
		errs = append(errs, q)
	}
	return &blame.Error{Party: blame.User, Err: errors.Join(errs...)}
}
