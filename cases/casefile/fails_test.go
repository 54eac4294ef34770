// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

func TestFails(t *testing.T) {
	c, err := Parse("a.txtar", []byte("A.\n\nFails: kernel >= 6.1, kernel < 6.15, config KASAN: a bug\nFails: kernel == 6.16: another: two\n\n-- transcript --\n% insmod klp_a\n"))
	if err != nil {
		t.Fatal(err)
	}
	kasan := map[string]string{"KASAN": "y"}
	for _, test := range []struct {
		release string
		config  map[string]string
		want    string
	}{
		{"6.12.117-amd64", kasan, "a bug"},
		{"6.12.117-amd64", map[string]string{}, ""},
		{"6.12.117-amd64", nil, ""}, // not known
		{"6.15.1", kasan, ""},
		{"6.16.3", nil, "another: two"},
		{"", kasan, ""},
	} {
		if got := c.FailsOn(machine.Facts{Release: test.release, Config: test.config}); got != test.want {
			t.Errorf("%s, %v: %q, want %q", test.release, test.config, got, test.want)
		}
	}
}

func TestFailsRefused(t *testing.T) {
	for value, want := range map[string]string{
		"kernel >= 6.1":     "CONDITION, …: REASON",
		"kernel >= 6.1: ":   "CONDITION, …: REASON",
		"sysfs replace: x":  "only kernel and config",
		"kernel 6.1: a bug": `not of the form "kernel >= 6.14"`,
	} {
		_, err := Parse("a.txtar", []byte("A.\n\nFails: "+value+"\n\n-- transcript --\n% insmod klp_a\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", value, err)
		}
	}
}
