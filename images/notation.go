// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/klptest/klptest/internal/blame"
)

// Notation is one way to name a kernel.
type Notation struct {
	Form    string // "debian:6.12"
	Meaning string // "Debian's newest 6.12"
}

// BadNotation returns a user error about a text that names no kernel. Its advice is
// the list of all notations, which only [Providers.Resolve] knows.
func BadNotation(format string, args ...any) error {
	return &badNotation{blame.Error{Party: blame.User, Summary: fmt.Sprintf(format, args...)}}
}

type badNotation struct{ err blame.Error }

func (b *badNotation) Error() string { return b.err.Error() }
func (b *badNotation) Unwrap() error { return &b.err }

// advise gives an error of BadNotation its advice.
func (ps Providers) advise(spec string, err error) error {
	bad, ok := errors.AsType[*badNotation](err)
	if !ok {
		return err
	}
	if meant := ps.meant(spec); meant != "" {
		return blame.Userf("%s (did you mean %s?)", bad.err.Summary, meant)
	}
	return blame.AdviseUserf(ps.notations(), "%s", bad.err.Summary)
}

// version matches a distribution's version without the name of the distribution.
var version = regexp.MustCompile(`^v?\d+\.\d`)

// meant returns the notation that a spec without a scheme may have meant, or "".
func (ps Providers) meant(spec string) string {
	if !version.MatchString(spec) {
		return ""
	}
	for _, p := range ps {
		for _, n := range p.Notations {
			scheme, _, hasScheme := strings.Cut(n.Form, ":")
			full := scheme + ":" + strings.TrimPrefix(spec, "v")
			if ok, err := p.Match(full); hasScheme && ok && err == nil {
				return full
			}
		}
	}
	return ""
}

// notations lists all ways to name a kernel.
func (ps Providers) notations() string {
	var b strings.Builder
	b.WriteString("a kernel is one of:\n")
	t := tabwriter.NewWriter(&b, 0, 0, 4, ' ', 0)
	for _, p := range ps {
		for _, n := range p.Notations {
			fmt.Fprintf(t, "  %s\t%s\n", n.Form, n.Meaning)
		}
	}
	_ = t.Flush() // a strings.Builder never fails
	b.WriteString("klptest kernel list tells what there is")
	return b.String()
}
