// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/kversion"
	"github.com/klptest/klptest/internal/nearest"
)

// The facts that conditions ask about.
const (
	factKernel = "kernel"
	factConfig = "config"
	factSysfs  = "sysfs"
)

// Condition is a question about a kernel, such as "kernel >= 6.14", "config
// KASAN", "config NR_CPUS=64", or "not sysfs stack_order".
type Condition struct {
	Not   bool
	Fact  string // kernel, config or sysfs
	Name  string // of the option, without CONFIG_, or of the attribute
	Op    string // of kernel; "=" when config has a value
	Value string // a version; y, m or a value
}

var (
	kernelForm = regexp.MustCompile(`^(>=|>|<=|<|==|!=) ?(\d{1,9}(?:\.\d{1,9}){0,3})$`)
	configForm = regexp.MustCompile(`^(?:CONFIG_)?([A-Za-z0-9_]+)(?:(=)(\S+))?$`)
	sysfsForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

var conditionFacts = []string{factKernel, factConfig, factSysfs}

// parseConditions reads conditions joined by commas.
func parseConditions(s string) ([]Condition, error) {
	var list []Condition
	for item := range strings.SplitSeq(s, ",") {
		c, err := parseCondition(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func parseCondition(s string) (Condition, error) {
	var c Condition
	rest, not := strings.CutPrefix(s, "not ")
	fact, arg, _ := strings.Cut(strings.TrimSpace(rest), " ")
	c.Not, c.Fact, arg = not, fact, strings.TrimSpace(arg)
	var m []string
	var form string
	switch fact {
	case factKernel:
		if m, form = kernelForm.FindStringSubmatch(arg), "kernel >= 6.14"; m != nil {
			c.Op, c.Value = m[1], m[2]
		}
	case factConfig:
		if m, form = configForm.FindStringSubmatch(arg), "config NAME or config NAME=VALUE"; m != nil {
			c.Name, c.Op, c.Value = m[1], m[2], m[3]
		}
	case factSysfs:
		m, form = sysfsForm.FindStringSubmatch(arg), "sysfs ATTRIBUTE"
		c.Name = arg
	default:
		return c, fmt.Errorf("unknown condition %q%s; conditions ask for %s", s, nearest.DidYouMean(fact, conditionFacts), strings.Join(conditionFacts, ", "))
	}
	if m == nil {
		return c, fmt.Errorf("condition %q is not of the form %q", s, form)
	}
	return c, nil
}

func (c Condition) String() string {
	s := c.Fact + " " + c.Name + c.Op + c.Value
	if c.Fact == factKernel {
		s = c.Fact + " " + c.Op + " " + c.Value
	}
	if c.Not {
		return "not " + s
	}
	return s
}

// unmet returns why the condition does not hold; empty when it does. An unknown
// fact satisfies neither a condition nor its negation.
func (c Condition) unmet(f machine.Facts) string {
	have, holds := c.look(f)
	switch {
	case have == "":
		return fmt.Sprintf("needs %s, which is unknown for this kernel", c)
	case holds == c.Not:
		return fmt.Sprintf("needs %s; %s", c, have)
	}
	return ""
}

// known reports whether the kernel's answer is known.
func (c Condition) known(f machine.Facts) bool {
	have, _ := c.look(f)
	return have != ""
}

// look returns the kernel's fact in words, empty when it is unknown, and
// whether it is the one that the condition names.
func (c Condition) look(f machine.Facts) (have string, holds bool) {
	switch c.Fact {
	case factKernel:
		return c.lookKernel(f)
	case factConfig:
		return c.lookConfig(f)
	}
	there, known := f.Sysfs[c.Name]
	switch {
	case !known:
		return "", false
	case there:
		return "there is such an attribute", true
	}
	return "there is no such attribute", false
}

func (c Condition) lookKernel(f machine.Facts) (have string, holds bool) {
	release := kversion.Parse(f.Release)
	if release == nil {
		return "", false
	}
	signs := map[string][]int{"==": {0}, "!=": {-1, 1}, ">=": {0, 1}, ">": {1}, "<=": {-1, 0}, "<": {-1}}
	sign := release.Compare(kversion.Parse(c.Value))
	return "this is " + klog.Escape(f.Release), slices.Contains(signs[c.Op], sign)
}

func (c Condition) lookConfig(f machine.Facts) (have string, holds bool) {
	if f.Config == nil {
		return "", false
	}
	value := f.Config[c.Name]
	if value == "" || value == "n" {
		return "it is not set", c.Value == "n"
	}
	return "it is " + klog.Escape(value), c.Op == "" || strings.Trim(c.Value, `"`) == strings.Trim(value, `"`)
}

// unmet returns why not all conditions hold; empty when they do.
func unmet(list []Condition, f machine.Facts) string {
	for _, c := range list {
		if why := c.unmet(f); why != "" {
			return why
		}
	}
	return ""
}
