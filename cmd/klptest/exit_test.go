// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
)

// TestExplain: verdicts have been reported, but what was lost beside them has not.
func TestExplain(t *testing.T) {
	full, unwritable := errors.New("no space left on device"), blame.AdviseUserf("name another", "cannot write x")
	for _, test := range []struct {
		err    error
		said   string
		status int
	}{
		{nil, "", exit.Passed},
		{verdicts(exit.Failed), "", exit.Failed},
		{errOtherFailure, "", exit.Failed},
		{fmt.Errorf("run: %w", verdicts(exit.Failed)), "", exit.Failed},
		{full, "klptest: no space left on device\n", exit.Error},
		{blame.Join(verdicts(exit.Failed), full), "klptest: no space left on device\n", exit.Failed},
		{blame.Join(errOtherFailure, full, unwritable), "klptest: no space left on device\ncannot write x\nname another\n", exit.Failed},
		{blame.Join(verdicts(exit.Failed), errors.Join(verdicts(exit.Error), full)), "klptest: no space left on device\n", exit.Failed},
		{blame.Join(verdicts(exit.Nothing), full), "klptest: no space left on device\n", exit.Error},
		{blame.Join(verdicts(exit.Nothing), unwritable), "klptest: cannot write x\nname another\n", exit.Usage},
		{fmt.Errorf("%w (%w)", full, unwritable), "klptest: no space left on device (cannot write x)\nname another\n", exit.Usage},
	} {
		var said bytes.Buffer
		explain(&said, test.err)
		if got := exitStatus(test.err); said.String() != test.said || got != test.status {
			t.Errorf("%v: status %d, want %d; said %q, want %q", test.err, got, test.status, said.String(), test.said)
		}
	}
}
