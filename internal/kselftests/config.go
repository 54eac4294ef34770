// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"bytes"
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

// disturbing names an option with which the kernel logs what the scripts do not expect;
// empty: none, or the kernel's options are unknown.
func (s *Suite) disturbing(config map[string]string) string {
	for _, d := range []struct {
		option string
		lines  string
		fits   bool // the scripts can be run nonetheless
	}{
		{"DEBUG_KOBJECT", "each step of a module's objects", config["DYNAMIC_DEBUG"] == "y"}, // see quietObjects
		{"DEBUG_KOBJECT_RELEASE", "the release of a module's objects", false},
		{"PRINTK_CALLER", "the caller of each line", s.removesCallers()},
	} {
		if config[d.option] == "y" && !d.fits {
			return fmt.Sprintf("the selftests cannot judge this kernel's log: with CONFIG_%s it has %s", d.option, d.lines)
		}
	}
	return ""
}

// removesCallers reports whether the scripts remove the caller, "[  T123] ", from lines of
// the log, as check_result of functions.sh does in Linux 7.2 but not in 6.12.
func (s *Suite) removesCallers() bool { return bytes.Contains(s.files["functions.sh"], []byte("[CT]")) }
