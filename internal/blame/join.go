// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"strings"
)

// Join collects errors into one, as errors.Join does: it is nil when all of
// them are, and [errors.Is], [errors.As] and [Of] see each. A single error
// stays as it is, and one that says the same as an earlier one is left out.
//
// The text of several errors is one line, with semicolons between them.
// [Detail] shows each with its advice.
func Join(errs ...error) error {
	all := &joined{}
	for _, err := range errs {
		all.add(err)
	}
	switch len(all.errs) {
	case 0:
		return nil
	case 1:
		return all.errs[0]
	}
	return all
}

// joined holds at least two errors, none of which is a joined.
type joined struct{ errs []error }

func (j *joined) add(err error) {
	if err == nil {
		return
	}
	if more, ok := err.(*joined); ok {
		for _, err := range more.errs {
			j.add(err)
		}
		return
	}
	for _, known := range j.errs {
		if known.Error() == err.Error() {
			return
		}
	}
	j.errs = append(j.errs, err)
}

func (j *joined) Error() string {
	lines := make([]string, len(j.errs))
	for i, err := range j.errs {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "; ")
}

func (j *joined) Unwrap() []error { return j.errs }

// Detail returns the whole message of a non-nil error: its line, then what
// [Error.Detail] adds. Collected errors follow one another.
func Detail(err error) string {
	if all, ok := err.(*joined); ok {
		var b strings.Builder
		for _, err := range all.errs {
			b.WriteString(Detail(err))
		}
		return b.String()
	}
	text := err.Error() + "\n"
	var e *Error
	if errors.As(err, &e) {
		text += e.rest()
	}
	return text
}
