// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// minIgnore keeps a text from matching almost anything.
const minIgnore = 4

var quotedTexts = regexp.MustCompile(`^"[^"]*"(?:[ ,]+"[^"]*")*$`)

// setIgnores reads texts in double quotes.
func (c *Case) setIgnores(value string) error {
	if !quotedTexts.MatchString(value) {
		return errors.New(`write each text in double quotes: "TEXT" "TEXT"`)
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

// CheckIgnore refuses a text that would hide the subject of a case.
func CheckIgnore(text string) error {
	if len(strings.TrimSpace(text)) < minIgnore {
		return fmt.Errorf("%q is too short to ignore: a text needs at least %d characters", text, minIgnore)
	}
	return nil
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
