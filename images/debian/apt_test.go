// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseURIs(t *testing.T) {
	want := []file{
		{"linux-kbuild-6.1_6.1.192-2_amd64.deb", 1568188},
		{"linux-image-6.12.117+deb12-amd64_6.12.117-1~deb12u1_amd64.deb", 107179464},
	}
	if diff := cmp.Diff(want, parseURIs(aptSaid(t, "print-uris.txt"))); diff != "" {
		t.Error(diff)
	}
	if got := parseURIs("'http://x' ../../evil.deb 5 \n'http://x' a.deb -1 \nW: something\n"); got != nil {
		t.Errorf("got %v", got)
	}
}
