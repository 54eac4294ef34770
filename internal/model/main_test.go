// SPDX-License-Identifier: Apache-2.0

package model

import (
	"flag"
	"os"
	"testing"
)

// A sequence takes a fraction of a millisecond, so the default is to run many.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "3000")
	flag.Parse()
	os.Exit(m.Run())
}
