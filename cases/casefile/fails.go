// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// KnownFailure says on which kernels a case is known to fail, and why.
type KnownFailure struct {
	When   []Condition // all of them hold there; none: on every kernel
	Reason string      // one line
}

// Tolerance says how a case is judged on a kernel on which it is known to fail.
type Tolerance int

const (
	Intolerant Tolerance = iota // it is judged as on any other kernel
	Tolerant                    // a failure is expected, and a pass is reported
	Strict                      // a failure is expected, and a pass is a failure
)

// setFails reads "CONDITION, …: REASON".
func (c *Case) setFails(value string) error {
	when, reason, _ := strings.Cut(value, ": ")
	if reason = strings.TrimSpace(reason); reason == "" {
		return errors.New("it is not of the form CONDITION, …: REASON")
	}
	list, err := ParseKernels(when)
	c.Fails = append(c.Fails, KnownFailure{list, reason})
	return err
}

// ParseKernels reads conditions joined by commas that can be checked before a kernel
// has booted: those on its version and its configuration.
func ParseKernels(text string) ([]Condition, error) {
	list, err := parseConditions(text)
	if err == nil && slices.ContainsFunc(list, func(c Condition) bool { return c.Fact == factSysfs }) {
		err = fmt.Errorf("%q: only %s and %s can be asked for here", text, factKernel, factConfig)
	}
	return list, err
}

// FailsOn returns why the case is known to fail on a kernel; empty: it is not.
func (c *Case) FailsOn(f machine.Facts) string {
	for _, known := range c.Fails {
		if unmet(known.When, f) == "" {
			return known.Reason
		}
	}
	return ""
}
