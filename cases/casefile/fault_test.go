// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

// TestFaultNeedsKprobes: a fault needs kprobes without a header. If the configuration
// is unknown, the guest says so.
func TestFaultNeedsKprobes(t *testing.T) {
	const fault = "T.\n-- transcript --\n% fail kmalloc 1\n% insmod klp_a\n"
	for _, tt := range []struct {
		text   string
		config map[string]string
		want   string
	}{
		{fault, map[string]string{"KPROBES": "y"}, ""},
		{fault, map[string]string{"LIVEPATCH": "y"}, "needs config KPROBES; it is not set"},
		{fault, nil, ""},
		{"T.\n-- transcript --\n% insmod klp_a\n", map[string]string{}, ""},
	} {
		c, err := Parse("x", []byte(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Skip(machine.Facts{Release: "6.12", Config: tt.config}); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.config, got, tt.want)
		}
		if got := strings.Join(c.Modules(), " "); strings.Contains(tt.text, "fail") != strings.Contains(got, machine.FaultModule) {
			t.Errorf("modules %s", got)
		}
	}
}
