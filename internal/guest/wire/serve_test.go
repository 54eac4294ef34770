// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

// An answer that does not fit is reported as such.
func TestSendTooLong(t *testing.T) {
	var b bytes.Buffer
	if err := send(&b, 1, Reply{Answer: &machine.Answer{Output: strings.Repeat("x", MaxLine)}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a line of more than") {
		t.Errorf("%.80q", b.String())
	}
}
