// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/splat"
)

// minIgnore keeps a text from fitting anything.
const minIgnore = 4

var quotedTexts = regexp.MustCompile(`^"[^"]*"(?:[ ,]+"[^"]*")*$`)

// setIgnores reads texts in double quotes.
func (c *Case) setIgnores(value string) error {
	if !quotedTexts.MatchString(value) {
		return errors.New(`texts stand in double quotes: "TEXT" "TEXT"`)
	}
	for i, text := range strings.Split(value, `"`) {
		if i%2 == 0 {
			continue
		}
		if err := CheckIgnore(text); err != nil {
			return err
		}
		c.Ignores = append(c.Ignores, text)
	}
	return nil
}

// CheckIgnore refuses a text that would hide what a case is about.
func CheckIgnore(text string) error {
	if len(strings.TrimSpace(text)) < minIgnore {
		return fmt.Errorf("%q is too short a text to ignore: at least %d characters", text, minIgnore)
	}
	return nil
}

// without drops the records that a case ignores: those that have one of the
// texts and do not begin a splat.
func (c *Case) without(list []entry) []entry {
	if len(c.Ignores) == 0 {
		return list
	}
	var kept []entry
	for _, e := range list {
		if e.marker || !c.ignores(e.text) {
			kept = append(kept, e)
		}
	}
	return kept
}

func (c *Case) ignores(line string) bool {
	if _, ok := splat.Match(line); ok || cutHere.MatchString(line) {
		return false
	}
	for _, text := range c.Ignores {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

func (c *Case) setHolds(value string) error {
	for _, name := range listItems(value) {
		if err := checkModule(name); err != nil {
			return err
		}
		c.Holds = append(c.Holds, name)
	}
	return nil
}
