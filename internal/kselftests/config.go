// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"fmt"
	"strings"
)

// need is an option that the scripts' config file asks for.
type need struct{ option, value string }

func parseConfig(text string) (list []need) {
	for line := range strings.Lines(text) {
		option, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if option, is := strings.CutPrefix(option, "CONFIG_"); ok && is {
			list = append(list, need{option, value})
		}
	}
	return list
}

// testModules is the option of the modules that a tree before 6.9 has in lib.
const testModules = "TEST_LIVEPATCH"

// lacking names an option that the scripts need and a kernel lacks; empty: none,
// or the kernel's options are unknown.
func (s *Suite) lacking(config map[string]string) string {
	for _, n := range s.needs {
		have := config[n.option]
		built := n.option == testModules && len(s.modules) > 0 // by klptest
		if config == nil || built || have == n.value || n.value == "m" && have == "y" {
			continue
		}
		if have == "" {
			have = "not set"
		}
		return fmt.Sprintf("the selftests need CONFIG_%s=%s, which is %s in this kernel", n.option, n.value, have)
	}
	return ""
}
