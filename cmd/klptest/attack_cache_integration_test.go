// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
)

// damage alters the contents of a file, as a disk or a person may.
type damage func(text []byte) []byte

func flipped(text []byte) []byte {
	for at := range text {
		if at%(len(text)/7+1) == len(text)/14 {
			text[at] ^= 0xff
		}
	}
	return text
}

func halved(text []byte) []byte { return text[:len(text)/2] }

func emptied([]byte) []byte { return nil }

// harm damages a file, but not its other hard links.
func harm(t *testing.T, path string, d damage) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = errors.Join(os.Remove(path), os.WriteFile(path, d(text), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// harmCached damages every file of a cache that the pattern names: there may be
// several kernels, of which one is run.
func harmCached(t *testing.T, home, pattern string, d damage) {
	t.Helper()
	for _, path := range cached(t, home, pattern) {
		harm(t, path, d)
	}
}

// attackDamagedCache checks that damaged cache entries are made again, with a
// line that says so.
func attackDamagedCache(t *testing.T, home string) {
	for _, tt := range []struct {
		name, file string
		how        damage
		forget     []string // so that the file is read
		long       bool
	}{
		{"module flipped", "kmods/*/klp_a.ko", flipped, nil, false},
		{"module truncated", "kmods/*/klp_a.ko", halved, nil, true},
		{"module emptied", "kmods/*/klp_a.ko", emptied, nil, true},
		{"initramfs truncated", "initramfs/*/initrd", halved, []string{"templates"}, false},
		{"initramfs flipped", "initramfs/*/initrd", flipped, []string{"templates"}, true},
		{"initramfs emptied", "initramfs/*/initrd", emptied, []string{"templates"}, true},
		{"template flipped", "templates/*/memory", flipped, nil, false},
		{"vmlinux flipped", "kernels/*/vmlinux", flipped, []string{"templates"}, true},
		{"config emptied", "kernels/*/config", emptied, nil, true},
		{"header flipped", "kernels/*/usr/src/*-common/include/linux/module.h", flipped, []string{"kmods"}, true},
	} {
		if tt.long && !attack(t) {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			discard(t, home, tt.forget...)
			harmCached(t, home, tt.file, tt.how)
			if said := mustPass(t, home); strings.Count(said, "damaged") != 1 {
				t.Errorf("it does not say once that something was damaged:\n%s", said)
			}
			if said := mustPass(t, home); strings.Contains(said, "damaged") {
				t.Errorf("it was not made again:\n%s", said)
			}
		})
	}
}

// attackDamageBeyondRepair checks that damage that cannot be repaired is an
// error, never a FAIL.
func attackDamageBeyondRepair(t *testing.T, home string) {
	offline := t.TempDir()
	for _, name := range []string{"apt-get", "apt-cache"} {
		filetest.Put(t, filepath.Join(offline, name), "#!/bin/sh\necho no network >&2\nexit 100\n")
	}
	for _, file := range []string{"kernels/*/vmlinux", "kernels/*/usr/src/*-common/include/linux/module.h"} {
		discard(t, home, "kmods", "templates")
		harmCached(t, home, file, flipped)
		cmd := klptest(home, "run", "-j", "1", "state-add")
		cmd.Env = append(cmd.Env, "PATH="+offline+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok || failed.ExitCode() != exit.Error || !strings.Contains(string(out), "damaged") || strings.Contains(string(out), "FAIL") {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
		discard(t, home, "kernels")
		link(t, filepath.Join(userCache(t), "kernels"), filepath.Join(home, "klptest"))
	}
}
