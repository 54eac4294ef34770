// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestRoom(t *testing.T) {
	r := room{least: 128, memory: 4096, cpus: 8}
	for want, s := range map[string]shape{
		"":                      {cpus: 8, memory: 4096},
		"this kernel needs 128": {cpus: 1, memory: 127},
		"this host has 4096":    {cpus: 1, memory: 4097},
		"this host can run 8":   {cpus: 9, memory: 512},
	} {
		err := r.check(s)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.User) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := (room{}).check(shape{cpus: 64, memory: 1 << 20}); err != nil {
		t.Errorf("where nothing is known: %v", err)
	}
}
