// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/blame"
)

// setting is a line of a fragment.
type setting struct {
	name, value string // without CONFIG_; without quotes, "n" for what is not set
	mark        string // of its paragraph; may be empty
	from        string // the fragment
	shipped     bool   // the fragment is shipped
}

var (
	settingLine = regexp.MustCompile(`^CONFIG_([A-Za-z0-9_]+)=(.+)$`)
	unsetLine   = regexp.MustCompile(`^# CONFIG_([A-Za-z0-9_]+) is not set$`)
)

// Marks are lines of their own, and hold up to the next empty line.
const (
	optionalMark = "# optional" // what may be lost
	requiredMark = "# required" // what must stick in every kernel
)

// settings reads a fragment.
func (f Fragment) settings() ([]setting, error) {
	var list []setting
	mark := ""
	lines := bufio.NewScanner(strings.NewReader(f.Text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch set, unset := settingLine.FindStringSubmatch(line), unsetLine.FindStringSubmatch(line); {
		case line == "":
			mark = ""
		case line == optionalMark, line == requiredMark:
			mark = line
		case set != nil:
			list = append(list, setting{set[1], dotconfig.Unquote(set[2]), mark, f.Name, f.Shipped})
		case unset != nil:
			list = append(list, setting{unset[1], "n", mark, f.Name, f.Shipped})
		case line[0] != '#':
			return nil, &blame.Error{Party: blame.User, Summary: fmt.Sprintf("%s:%d is not a kernel option: %.60q", f.Name, n, line),
				Advice: "lines are CONFIG_NAME=value or # CONFIG_NAME is not set"}
		}
	}
	return list, lines.Err()
}

// Settings are what fragments want of a kernel.
type Settings []setting

// Parse reads fragments. Of two settings with one name, the later one holds.
func Parse(list []Fragment) (Settings, error) {
	var all Settings
	for _, f := range list {
		some, err := f.settings()
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			all = slices.DeleteFunc(all, func(old setting) bool { return old.name == s.name })
			all = append(all, s)
		}
	}
	return all, nil
}

// Wants reports whether an option is to be built in.
func (want Settings) Wants(name string) bool {
	return slices.ContainsFunc(want, func(s setting) bool { return s.name == name && s.value == "y" })
}

// lost returns the settings that did not stick.
func (want Settings) lost(config map[string]string) Settings {
	return slices.DeleteFunc(slices.Clone(want), func(s setting) bool {
		got := config[s.name]
		return s.mark == optionalMark || got == s.value || s.value == "n" && got == ""
	})
}

// Check refuses a configuration in which settings did not stick, or which
// klptest cannot use. The Kconfig files of the source tell what lost options
// need. An option of a shipped fragment that no Kconfig file knows, such as
// PROC_SYSCTL in Linux 7.3, is not missed, unless it is required.
func (want Settings) Check(config map[string]string, source string) error {
	missing := want.lost(config)
	if len(missing) == 0 {
		return refuseUnfit(config)
	}
	symbols, err := findSymbols(source, missing)
	if err != nil {
		return err
	}
	missing = slices.DeleteFunc(missing, func(s setting) bool {
		return s.shipped && s.mark != requiredMark && !symbols[s.name].known
	})
	if len(missing) == 0 {
		return refuseUnfit(config)
	}
	return refuseLost(missing, symbols, config)
}

// refuseLost returns the error about lost settings, with what each one needs.
func refuseLost(missing Settings, symbols map[string]*symbol, config map[string]string) error {
	var names []string
	var said strings.Builder
	for _, s := range missing {
		names = append(names, "CONFIG_"+s.name)
		fmt.Fprintf(&said, "%s: CONFIG_%s=%s became %s; %s\n", s.from, s.name, s.value, valueOf(config, s.name), symbols[s.name].needs(config))
	}
	return &blame.Error{Party: blame.User, Summary: "options that cannot be set in this kernel: " + strings.Join(names, ", "), Tail: said.String(),
		Advice: "with --config FRAGMENT, set the options that they need as well; or leave them out"}
}

// refuseUnfit refuses a configuration whose fragments take away what klptest
// needs.
func refuseUnfit(config map[string]string) error {
	for _, m := range Required(config) {
		return &blame.Error{Party: blame.User, Summary: fmt.Sprintf("klptest cannot use such a kernel: %s is not set to %s (%s)", m.Option, m.Want, m.Why),
			Advice: "remove it from the fragments, or set the options that it needs"}
	}
	return nil
}

func valueOf(config map[string]string, name string) string {
	if v, ok := config[name]; ok {
		return v
	}
	return "n"
}
