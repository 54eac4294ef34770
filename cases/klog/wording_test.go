// SPDX-License-Identifier: Apache-2.0

package klog

import "testing"

func TestWording(t *testing.T) {
	const newer = "kd: init suspiciously returned 5, it should follow 0/-E convention"
	for _, line := range []string{newer, "do_init_module: 'kd'->init suspiciously returned 5, it should follow 0/-E convention"} {
		if got := wording(line); got != newer {
			t.Errorf("%q is worded %q", line, got)
		}
	}
	for _, symbol := range []string{"klp_get_state", "klp_get_state.isra.0", "klp_get_state.constprop.0.cold", "klp_get_state.part.0.isra.2"} {
		if got := FunctionName(symbol); got != "klp_get_state" {
			t.Errorf("%s is named %s", symbol, got)
		}
	}
}
