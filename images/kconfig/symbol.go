// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// symbol is what Kconfig files say about an option: enough to tell why it
// cannot be set, but not a parser of the language
// (Documentation/kbuild/kconfig-language.rst).
type symbol struct {
	known    bool
	prompt   bool     // it can be set by hand
	depends  []string // expressions, of menus and ifs around it as well
	selected []string // the options that set it, whatever a .config says
}

func (s *symbol) need(condition string) {
	if condition != "" && !slices.Contains(s.depends, condition) {
		s.depends = append(s.depends, condition)
	}
}

// needs says what a symbol needs, with the values that decide it.
func (s *symbol) needs(config map[string]string) string {
	var why []string
	for _, by := range s.selected {
		if config[by] != "" {
			why = append(why, "CONFIG_"+by+" selects it")
		}
	}
	if len(s.depends) > 0 {
		why = append(why, "it depends on "+strings.Join(s.depends, "; "))
		why = append(why, values(s.depends, config))
	}
	switch {
	case !s.known:
		return "this kernel has no such option"
	case len(why) > 0:
		return strings.Join(why, "; ")
	case !s.prompt:
		return "it cannot be set by hand, others select it"
	}
	return "another choice excludes it"
}

var symbolName = regexp.MustCompile(`[A-Za-z0-9_]+`)

// values lists the values of the symbols that conditions name.
func values(conditions []string, config map[string]string) string {
	var list []string
	for _, name := range symbolName.FindAllString(strings.Join(conditions, " "), -1) {
		text := fmt.Sprintf("%s=%s", name, valueOf(config, name))
		if name != "y" && name != "m" && name != "n" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return "here " + strings.Join(list, " ")
}
