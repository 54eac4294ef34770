// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/modinfo"
)

func TestCheck(t *testing.T) {
	m := func(name, vermagic string, livepatch bool) Module {
		return Module{name, "/x/" + name + ".ko", modinfo.Info{Name: name, Vermagic: vermagic, Livepatch: livepatch}}
	}
	for _, tt := range []struct {
		m       Module
		release string
		want    string
		party   blame.Party
	}{
		{m("klp_a", "6.12.1 SMP ", true), "6.12.1", "", 0},
		{m("klp_target", "6.12.1 SMP ", false), "6.12.1", "", 0},
		{m("klp_other", "6.12.1 SMP ", false), "6.12.1", "", 0},
		{m("own", "6.12.1 SMP ", false), "6.12.1", "", 0},
		{m("klp_a", "6.12.1 SMP ", true), "6.12.10", "klp_a.ko was built for kernel 6.12.1, not for 6.12.10", blame.User},
		{m("klp_loglevel_v1", "6.12.1 SMP ", false), "6.12.1", "not marked as a livepatch", blame.Rig},
	} {
		err := check(tt.m, tt.release)
		if tt.want == "" && err != nil {
			t.Errorf("%v: %v", tt.m, err)
		}
		if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || blame.Of(err) != tt.party) {
			t.Errorf("%v: %v, want %q", tt.m, err, tt.want)
		}
	}
}
