// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

var (
	//go:embed config/base.config
	baseConfig []byte
	//go:embed config/debug.config
	debugConfig []byte
)

// fragment is a piece of a .config.
type fragment struct {
	name string
	text []byte
}

// fragments are what is put over tinyconfig: what klptest needs, then what the
// user wants.
func fragments(debug bool, files []string) ([]fragment, error) {
	list := []fragment{{"base.config", baseConfig}}
	if debug {
		list = append(list, fragment{"debug.config", debugConfig})
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, &blame.Error{Party: blame.User, Err: err}
		}
		list = append(list, fragment{path, text})
	}
	return list, nil
}

// setting is a line of a fragment.
type setting struct {
	name, value string // without CONFIG_; without quotes, "n" for what is not set
	optional    bool   // it may be lost
	from        string // the fragment
}

var (
	settingLine = regexp.MustCompile(`^CONFIG_([A-Za-z0-9_]+)=(.+)$`)
	unsetLine   = regexp.MustCompile(`^# CONFIG_([A-Za-z0-9_]+) is not set$`)
)

// optionalMark begins a paragraph of options that not every kernel has.
const optionalMark = "# optional"

// parseFragment reads the settings of a fragment.
func parseFragment(f fragment) ([]setting, error) {
	var list []setting
	optional := false
	lines := bufio.NewScanner(bytes.NewReader(f.text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch set, unset := settingLine.FindStringSubmatch(line), unsetLine.FindStringSubmatch(line); {
		case line == "":
			optional = false
		case line == optionalMark:
			optional = true
		case set != nil:
			list = append(list, setting{set[1], unquote(set[2]), optional, f.name})
		case unset != nil:
			list = append(list, setting{unset[1], "n", optional, f.name})
		case line[0] != '#':
			return nil, userErrorf("lines are CONFIG_NAME=value or # CONFIG_NAME is not set", "%s:%d is no kernel option: %.60q", f.name, n, line)
		}
	}
	return list, lines.Err()
}

// settings are those of all fragments; of two with one name the later holds.
func settings(list []fragment) ([]setting, error) {
	var all []setting
	for _, f := range list {
		some, err := parseFragment(f)
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

// asConfig is the text of a .config with the settings.
func asConfig(list []fragment) []byte {
	var b bytes.Buffer
	for _, f := range list {
		b.WriteByte('\n')
		b.Write(f.text)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// lost are the settings that did not stick.
func lost(config map[string]string, want []setting) []setting {
	return slices.DeleteFunc(slices.Clone(want), func(s setting) bool {
		got := config[s.name]
		return s.optional || got == s.value || s.value == "n" && got == ""
	})
}

// refuseLost names the options that did not stick and what they need.
func refuseLost(source string, config map[string]string, want []setting) error {
	missing := lost(config, want)
	if len(missing) == 0 {
		return refuseUnfit(config)
	}
	symbols, err := findSymbols(source, missing)
	if err != nil {
		return err
	}
	var names []string
	var said strings.Builder
	for _, s := range missing {
		names = append(names, "CONFIG_"+s.name)
		fmt.Fprintf(&said, "%s: CONFIG_%s=%s became %s; %s\n", s.from, s.name, s.value, valueOf(config, s.name), symbols[s.name].needs(config))
	}
	return &blame.Error{Party: blame.User, Summary: "options that cannot be set in this kernel: " + strings.Join(names, ", "), Tail: said.String(),
		Advice: "set what they need as well, with --config FRAGMENT, or leave them out"}
}

// refuseUnfit is for fragments that take away what klptest needs.
func refuseUnfit(config map[string]string) error {
	for _, m := range Required(config) {
		return userErrorf("take it out of the fragments, or set what it needs", "klptest cannot use such a kernel: %s is not set to %s (%s)", m.Option, m.Want, m.Why)
	}
	return nil
}

func valueOf(config map[string]string, name string) string {
	if v, ok := config[name]; ok {
		return v
	}
	return "n"
}
