// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestFormatNamed(t *testing.T) {
	for _, f := range Formats {
		got, err := FormatNamed(f.Name)
		if err != nil || got.For != f.For || got.For == "" {
			t.Errorf("%s: %+v, %v", f.Name, got, err)
		}
	}
	_, err := FormatNamed("xml")
	if blame.Of(err) != blame.User || !strings.Contains(blame.Detail(err), "formats: human, ktap, junit, json, markdown, kcidb, html") {
		t.Errorf("%v", err)
	}
}
