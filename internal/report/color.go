// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"

	"github.com/klptest/klptest/cases/judge"
)

// color is the number of an ECMA-48 graphic rendition; plain means no colour.
type color string

const (
	plain  color = ""
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	cyan   color = "36"
)

// paint colours text if the options ask for colours.
func (h *Human) paint(c color, text string) string {
	if !h.o.Color || c == plain {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

func verdictColor(v judge.Verdict) color {
	switch v {
	case judge.Pass:
		return green
	case judge.Skip, judge.XFail, judge.XPass:
		return yellow
	}
	return red
}

// diffColor is the colour of a line of a unified diff.
func diffColor(line string) color {
	switch {
	case strings.HasPrefix(line, "@@"):
		return cyan
	case strings.HasPrefix(line, "-"):
		return red
	case strings.HasPrefix(line, "+"):
		return green
	}
	return plain
}
