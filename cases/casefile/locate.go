// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"fmt"
	"regexp"
	"strconv"
)

// place matches a compiler message's position: "klp_mine.c:3:" at the margin.
var place = regexp.MustCompile(`(?m)^([a-z][a-z0-9_]*\.[ch]):(\d{1,6}):(\d+:)?`)

// Locate puts the position in the case's file before each position in its C files.
func (c *Case) Locate(messages string) string {
	return place.ReplaceAllStringFunc(messages, func(text string) string {
		m := place.FindStringSubmatch(text)
		for _, s := range c.Sources {
			if line, _ := strconv.Atoi(m[2]); s.Name == m[1] {
				return fmt.Sprintf("%s:%d:%s %s", c.File, s.Line+line-1, m[3], text)
			}
		}
		return text
	})
}
