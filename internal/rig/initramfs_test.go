// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/cavaliergopher/cpio"

	"github.com/klptest/klptest/images/initramfs"
)

func TestKeysFollowTheBase(t *testing.T) {
	dir := t.TempDir()
	base := filepath.Join(dir, "base")
	if err := os.WriteFile(base, []byte("base archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "initrd")
	if err := withKeys(path, base, map[string][]byte{"etc/klptest/host_key": []byte("secret")}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(data, []byte("base archive"))
	if !ok || !bytes.Contains(rest, []byte("etc/klptest/host_key")) {
		t.Fatalf("%q", data)
	}
	if _, err := cpio.NewReader(bytes.NewReader(rest)).Next(); err != nil {
		t.Errorf("what follows the base is no archive: %v", err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: the keys are private", info.Mode())
	}
	if err := withKeys(path, base, nil); err == nil {
		t.Error("an existing initramfs was overwritten")
	}
}

func TestKeyOfFollowsContents(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := func(paths ...string) string {
		t.Helper()
		k, err := keyOf(paths)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	write(a, "1")
	write(b, "2")
	first := key(a, b)
	if key(a, "", b) != first {
		t.Error("a file that is not there changes the key")
	}
	if key(b, a) == first {
		t.Error("the load order does not change the key")
	}
	write(b, "3")
	if key(a, b) == first {
		t.Error("the contents do not change the key")
	}
	if _, err := keyOf([]string{filepath.Join(dir, "missing")}); err == nil {
		t.Error("a missing file makes a key")
	}
}

// TestWorldIsInTheKey: the key of an initramfs depends on the guest's
// programs and their places.
func TestWorldIsInTheKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bash")
	seen := map[string]string{}
	for name, text := range map[string]string{"/bin/bash": "1", "/bin/sh": "1", "/bin/other": "2"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := withWorld("base", []initramfs.Node{{Name: name, Host: file}, {Name: "/usr/bin", Link: "../bin"}})
		if err != nil {
			t.Fatal(err)
		}
		if other, known := seen[key]; known {
			t.Errorf("%s and %s have one key", name, other)
		}
		seen[key] = name
	}
	if _, err := withWorld("base", []initramfs.Node{{Name: "/bin/none", Host: file + ".none"}}); err == nil {
		t.Error("a program that is not there has a key")
	}
}
