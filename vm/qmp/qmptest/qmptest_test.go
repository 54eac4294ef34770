// SPDX-License-Identifier: Apache-2.0

package qmptest

import (
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	c := Command{ID: []byte(`"7"`)}
	for got, want := range map[string]string{
		c.Return("[1]"):        `{"return": [1], "id": "7"}`,
		c.Error("Class", "no"): `{"error": {"class": "Class", "desc": "no"}, "id": "7"}`,
		Event("STOP"):          `"event": "STOP"`,
	} {
		if !strings.Contains(got, want) || !strings.HasSuffix(got, "\r\n") {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}
