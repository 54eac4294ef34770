// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"fmt"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

func TestFaultKeepsItsBlame(t *testing.T) {
	for name, err := range map[string]error{
		"user":    &blame.Error{Party: blame.User, Summary: "no CONFIG_LIVEPATCH", Advice: "build it"},
		"rig":     fmt.Errorf("wrapped: %w", rootfs.NoBusybox()),
		"overrun": Overrun(7),
		"plain":   errors.New("plain"),
	} {
		got := faultOf(err).Err()
		var b, want *blame.Error
		if got.Error() != err.Error() || blame.Of(got) != blame.Of(err) || !errors.As(got, &b) {
			t.Errorf("%s: %v", name, got)
		}
		if errors.As(err, &want) && b.Advice != want.Advice {
			t.Errorf("%s: advice %q", name, b.Advice)
		}
	}
	// A guest that blames the kernel is not believed.
	if f := faultOf(&blame.Error{Party: blame.Kernel, Summary: "x"}); blame.Of(f.Err()) != blame.Rig {
		t.Error("the kernel was blamed by the guest's word")
	}
}
