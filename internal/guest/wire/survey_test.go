// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"slices"
	"strings"
	"testing"
)

func TestSurveyIsBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	s := Survey{Release: long, Version: long, Boot: long, Cmdline: long, Lockdown: "\xff", Modules: slices.Repeat([]string{"m"}, 1<<20), Patches: []string{"p"}}.Bounded()
	if len(s.Release)+len(s.Version)+len(s.Boot)+len(s.Cmdline) != 4*maxSurveyText || s.Lockdown != "\uFFFD" || len(s.Modules) != maxSurveyList || len(s.Patches) != 1 {
		t.Errorf("%d bytes of a release, %d modules", len(s.Release), len(s.Modules))
	}
}
