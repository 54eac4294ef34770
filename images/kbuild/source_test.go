// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

func TestCheckSource(t *testing.T) {
	if err := checkSource(newSource(t, "6.12")); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct{ dir, want string }{
		"no kernel":  {makeSource(t, "Makefile"), "not the source of a kernel"},
		"empty":      {t.TempDir(), "not the source of a kernel"},
		"too old":    {newSource(t, "5.4"), "since Linux 5.5"},
		"very old":   {newSource(t, "4.19"), "since Linux 5.5"},
		"configured": {withFile(t, newSource(t, "6.12"), ".config"), "built in place"},
		"built":      {withFile(t, newSource(t, "6.12"), "include/config/auto.conf"), "built in place"},
	} {
		err := checkSource(test.dir)
		if err == nil || !strings.Contains(err.Error(), test.want) || blame.Of(err) != blame.User {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func withFile(t *testing.T, dir, name string) string {
	t.Helper()
	filetest.Put(t, filepath.Join(dir, name), "")
	return dir
}
