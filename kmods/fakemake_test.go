// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/modinfo/modinfotest"
)

const fakeMakePrefix = "fakemake-"

// newFakeMake returns a make that does what mode says.
func newFakeMake(t *testing.T, mode string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), fakeMakePrefix+mode)
	if err := os.Symlink(exe, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// newKernel makes a directory to build against. Its file "release" is what the
// fake make builds for; "runs" gets a line from each run.
func newKernel(t *testing.T, release string) Target {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Makefile"), "")
	write(t, filepath.Join(dir, "release"), release)
	return Target{KDir: dir, Release: release, Key: "packaged-" + release}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func runs(t *testing.T, k Target) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(k.KDir, "runs"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

func fakeMake(mode string, args []string) int {
	var kdir, dir string
	for i, arg := range args {
		if arg == "-C" {
			kdir = args[i+1]
		}
		if v, ok := strings.CutPrefix(arg, "M="); ok {
			dir = v
		}
	}
	note(filepath.Join(kdir, "runs"), strings.Join(args, " "))
	switch mode {
	case "forges": // its own log
		path := filepath.Join(dir, logName)
		if err := errors.Join(os.Remove(path), os.Symlink("/etc/passwd", path)); err != nil {
			panic(err)
		}
		fmt.Printf("%s/klp_x.c:3:1: error: no\n", dir)
		return 2
	case "fails":
		fmt.Printf("  CC [M]  %[1]s/klp_x.o\n%[1]s/klp_x.c:3:1: error: no\nmake[2]: *** [Makefile:9: %[1]s/klp_x.o] Error 1\n", dir)
		return 2
	case "killed": // its compiler
		fmt.Printf("  CC [M]  %[1]s/klp_x.o\ngcc: fatal error: Killed signal terminated program cc1\nmake[2]: *** [Makefile:9: %[1]s/klp_x.o] Error 1\n", dir)
		return 2
	case "lazy":
		return 0
	case "disturbed": // in its first run
		return disturbedMake(kdir, dir)
	case "slow":
		return slowMake(kdir, dir)
	case "beside": // while the kernel is built
		note(filepath.Join(kdir, "include/linux/livepatch.h"), "more")
	case "linked": // by whoever copies the tree
		header := filepath.Join(kdir, "include/linux/livepatch.h")
		if err := os.Link(header, filepath.Join(dir, "link")); err != nil && !os.IsExist(err) {
			panic(err)
		}
	case "reaches":
		saveDependencies(dir, "include/linux/livepatch.h", "kernel/livepatch/core.c")
	case "newer": // make works in the directory of the modules
		saveDependencies(dir, "own.h", filepath.Join(kdir, "include/linux/livepatch.h"))
	}
	return goodMake(kdir, dir)
}

// saveDependencies writes what Kbuild leaves when a compiler has read those
// files.
func saveDependencies(dir string, read ...string) {
	command := "savedcmd_x := gcc\n\ndeps_x := \\\n    $(wildcard include/config/X) \\\n  " + strings.Join(read, " \\\n  ") + " \\\n\nx: $(deps_x)\n"
	if err := os.WriteFile(filepath.Join(dir, ".own.o.cmd"), []byte(command), 0o600); err != nil {
		panic(err)
	}
}

// disturbedMake leaves out an option in its first run, as if the compiler
// lacked it.
func disturbedMake(kdir, dir string) int {
	cmd := filepath.Join(dir, ".klp_a.o.cmd")
	flags := "gcc"
	if _, err := os.Stat(cmd); err == nil {
		flags = "gcc -fsound"
	}
	if err := os.WriteFile(cmd, []byte(flags), 0o600); err != nil {
		panic(err)
	}
	note(filepath.Join(kdir, "flags"), flags)
	return goodMake(kdir, dir)
}

func note(path, line string) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(f, line)
	f.Close()
}

// slowMake leaves half an object and starts a compiler that takes forever.
func slowMake(kdir, dir string) int {
	if err := os.WriteFile(filepath.Join(dir, "half.o"), nil, 0o600); err != nil {
		panic(err)
	}
	compiler := exec.Command("/bin/sh", "-c", "sleep 600 & sleep 600")
	if err := compiler.Start(); err != nil {
		panic(err)
	}
	note(filepath.Join(kdir, "pids"), fmt.Sprint(os.Getppid(), os.Getpid(), compiler.Process.Pid))
	time.Sleep(10 * time.Minute)
	return 0
}

func goodMake(kdir, dir string) int {
	release, err := os.ReadFile(filepath.Join(kdir, "release"))
	if err != nil {
		panic(err)
	}
	kbuild, err := os.ReadFile(filepath.Join(dir, "Kbuild"))
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(kbuild)) {
		object, ok := strings.CutPrefix(strings.TrimSpace(line), "obj-m += ")
		if !ok {
			continue
		}
		name := strings.TrimSuffix(object, ".o")
		info := "name=" + name + "\x00vermagic=" + string(release) + " SMP mod_unload \x00livepatch=Y\x00"
		if err := os.WriteFile(filepath.Join(dir, name+".ko"), modinfotest.Module(info), 0o600); err != nil {
			panic(err)
		}
	}
	return 0
}
