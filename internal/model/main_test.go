// SPDX-License-Identifier: Apache-2.0

package model

import (
	"flag"
	"os"
	"testing"
)

// A sequence takes a fraction of a millisecond: take many, unless told
// otherwise.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "3000")
	flag.Parse()
	os.Exit(m.Run())
}
