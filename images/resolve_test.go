// SPDX-License-Identifier: Apache-2.0

package images

import (
	"testing"

	"github.com/klptest/klptest/images/imagestest"
)

func TestKernelWithoutLivepatch(t *testing.T) {
	k := &Kernel{Name: "6.12.0-x", Config: map[string]string{"MODULES": "y"}}
	imagestest.WantUserError(t, refuseWithoutLivepatch(k), "6.12.0-x is built without CONFIG_LIVEPATCH")
	k.Config = nil
	if err := refuseWithoutLivepatch(k); err != nil {
		t.Errorf("nothing is known of it: %v", err)
	}
}
