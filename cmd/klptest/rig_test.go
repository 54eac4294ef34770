// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kconfig"
)

func TestLacking(t *testing.T) {
	config := map[string]string{}
	for _, m := range kconfig.Required(nil) {
		option, _, _ := strings.Cut(strings.TrimPrefix(m.Option, "CONFIG_"), " or ")
		config[option] = "y"
	}
	for _, test := range []struct{ without, want string }{
		{"", ""},
		{"MODULE_UNLOAD", "the kernel was built without CONFIG_MODULE_UNLOAD"},
		{"DEVTMPFS", "the kernel was built without CONFIG_MODULE_UNLOAD and 1 other option"},
	} {
		delete(config, test.without)
		if got := lacking(&images.Kernel{Config: config}); got != test.want {
			t.Errorf("without %s: %q, want %q", test.without, got, test.want)
		}
	}
	if got := lacking(&images.Kernel{}); got != "" {
		t.Errorf("%q, although nothing is known of the options", got)
	}
}
