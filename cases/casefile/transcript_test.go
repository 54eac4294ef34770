// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"testing"

	"github.com/klptest/klptest/cases/klog"
)

// TestLogLine: whatever the kernel logs, its line in the transcript is read
// back unchanged.
func TestLogLine(t *testing.T) {
	for _, text := range []string{"plain", "% x", "= 1", "! EINVAL", "# c", "[a] b", `\x1b`, "* stack", "*", "** x", "-- a --", "-- ", "  indented", "\tt", "=", "%"} {
		line := klog.LogLine(text)
		when, rest, err := splitConditions(line)
		if when != nil || err != nil {
			t.Errorf("%q: %v, %v", line, when, err)
			continue
		}
		kind, again, err := parseExpected(rest)
		if kind != Log || again != line || err != nil {
			t.Errorf("%q is read as %q, kind %d, %v", line, again, kind, err)
		}
	}
}

// An older wording is read as the newest one.
func TestParseExpectedWording(t *testing.T) {
	for _, line := range []string{"do_init_module: 'kd'->init suspiciously returned 5, x", `\do_init_module: 'kd'->init suspiciously returned 5, x`} {
		if _, got, err := parseExpected(line); got != "kd: init suspiciously returned 5, x" || err != nil {
			t.Errorf("%q is read as %q, %v", line, got, err)
		}
	}
}
