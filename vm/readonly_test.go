// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/vm/vmtest"
)

const placeEnv = "KLPTEST_TEST_PLACE"

// inMountNamespace runs a test of this package in a process with its own
// mounts, which end with it.
func inMountNamespace(t *testing.T, test string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), placeEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("only root may mount")
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// mount mounts in the namespace of the test's process.
func mount(t *testing.T, source, target, fstype string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(source, target, fstype, flags, data); err != nil {
		t.Fatal(fmt.Errorf("mount on %s: %w", target, err))
	}
	t.Cleanup(func() { unix.Unmount(target, unix.MNT_DETACH) })
}

func TestReadOnlyPlace(t *testing.T) {
	if os.Getenv(placeEnv) == "" {
		inMountNamespace(t, t.Name())
		return
	}
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	empty := spec
	empty.Template = filepath.Join(spec.Template, "empty")
	if err := os.Mkdir(empty.Template, 0o700); err != nil {
		t.Fatal(err)
	}
	mount(t, spec.Template, spec.Template, "", unix.MS_BIND, "")
	mount(t, "", spec.Template, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
	if _, err := OpenTemplate(spec.Template, spec, "key"); !errors.Is(err, ErrNoPlace) || errors.Is(err, ErrStale) {
		t.Errorf("opened: %v", err)
	}
	if _, err := Start(t.Context(), empty); !errors.Is(err, ErrNoPlace) {
		t.Errorf("started: %v", err)
	}
}

// TestFullPlace leaves room for the memory when the guest starts, and none for
// the rest at the end.
func TestFullPlace(t *testing.T) {
	if os.Getenv(placeEnv) == "" {
		inMountNamespace(t, t.Name())
		return
	}
	spec := templateSpec(t, vmtest.Script{})
	mount(t, "tmpfs", spec.Template, "tmpfs", 0, "size=65m")
	v := started(t, spec)
	f, err := os.Create(filepath.Join(spec.Template, "other"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 1<<20))
	}
	if err := v.Snapshot(t.Context(), "key"); !errors.Is(err, ErrNoPlace) {
		t.Errorf("snapshot: %v", err)
	}
	if left := list(t, spec.Template); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	spec.Memory = 66
	if _, err := Start(t.Context(), spec); !errors.Is(err, ErrNoPlace) {
		t.Errorf("started: %v", err)
	}
}
