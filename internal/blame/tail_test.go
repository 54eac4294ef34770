// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"fmt"
	"strings"
	"testing"
)

func TestTailKeepsTheEnd(t *testing.T) {
	tail := &Tail{}
	for _, text := range []string{strings.Repeat("begin", 1000), "middle", "end"} {
		fmt.Fprint(tail, text)
	}
	if got := tail.String(); !strings.HasSuffix(got, "middleend") || len(got) != 2000 {
		t.Errorf("%d bytes, %.20q", len(got), got)
	}
}
