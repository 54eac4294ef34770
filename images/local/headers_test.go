// SPDX-License-Identifier: Apache-2.0

package local

import (
	"testing"

	"github.com/klptest/klptest/images/imagestest"
)

func TestHeaders(t *testing.T) {
	dir := imagestest.BuildTree(t)
	k, err := Headers(dir)
	if err != nil || k.Release != imagestest.Release || k.KDir != dir || k.Image != "" || !k.Live() || k.Config["LIVEPATCH"] != "y" {
		t.Errorf("%+v, %v", k, err)
	}
	_, err = Headers(t.TempDir())
	imagestest.WantUserError(t, err, "not a kernel tree")
}

func TestInstalledHeaders(t *testing.T) {
	root := hostRoot(t)
	if got := installedHeaders(root, imagestest.Release); got != root+"/usr/src/headers" {
		t.Errorf("%q", got)
	}
	for _, release := range []string{"6.1-none", "", ".", "..", "../lib", "a/../" + imagestest.Release} {
		if got := installedHeaders(root, release); got != "" {
			t.Errorf("%q: %q", release, got)
		}
	}
}
