// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/nearest"
)

// Parameters finds parameters that a shipped module does not have. A kernel ignores them,
// so the case would test something other than it says. A case that expects the kernel's
// line about such a parameter intends it.
func Parameters(c *casefile.Case) (list []casefile.Problem) {
	for _, s := range c.Steps {
		if s.Command.Verb != machine.Insmod {
			continue
		}
		name := s.Command.Args[0]
		known, shipped := parametersOf(name)
		for _, arg := range s.Command.Args[1:] {
			param, _, _ := strings.Cut(arg, "=")
			if !shipped || param == "dyndbg" || slices.Contains(known, param) || ignores(s, param) {
				continue
			}
			text := fmt.Sprintf("%s has no parameter %s%s", name, param, nearest.DidYouMean(param, known))
			list = append(list, casefile.Problem{File: c.File, Line: s.Line, Text: text})
		}
	}
	return list
}

// parametersOf names the parameters of a shipped module.
func parametersOf(name string) (names []string, shipped bool) {
	program := newKernel(facts{}).newProgram(&module{name: name})
	if program == nil {
		return nil, false
	}
	for _, p := range program.params() {
		names = append(names, p.name)
	}
	return names, true
}

// ignores tells whether a step expects the kernel to ignore a parameter; parse_args()
// of kernel/params.c and unknown_module_param_cb() of kernel/module/main.c.
func ignores(s casefile.Step, param string) bool {
	return slices.ContainsFunc(s.Expect, func(e casefile.Expected) bool {
		return strings.Contains(e.Text, fmt.Sprintf("unknown parameter '%s' ignored", param))
	})
}
