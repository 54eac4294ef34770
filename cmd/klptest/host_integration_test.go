// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/internal/remote"
)

const (
	machineBoot = 10 * time.Minute // under emulation on a busy host
	machineTry  = 5 * time.Second
)

// TestIntegrationHost runs cases on the machine of make image, in QEMU, over its stock
// SSH server: as a user with sudo, and as root. The image must not be written to.
func TestIntegrationHost(t *testing.T) {
	image, key := os.Getenv("KLPTEST_IMAGE"), os.Getenv("KLPTEST_IMAGE_KEY")
	if image == "" {
		t.Skip("make image-test sets KLPTEST_IMAGE to a disk image")
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir()) // for the host keys
	before := modified(t, image)
	port := bootMachine(t, image)
	awaitMachine(t, port, key)
	names := strings.Fields(cmp.Or(os.Getenv("KLPTEST_IMAGE_CASES"), "state-add insmod-taint busy-insmod force-values force-unpatching"))
	for _, user := range []string{"klptest", "root"} {
		var out, errs bytes.Buffer
		args := append([]string{"run", "--host", fmt.Sprintf("%s@127.0.0.1:%d", user, port), "--ssh-key", key, "--yes-crash-it", "--reboot"}, names...)
		began := time.Now()
		status := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs})
		t.Logf("%s: status %d after %v\n%s%s", user, status, time.Since(began).Round(time.Second), out.String(), errs.String())
		if status != exit.Passed || strings.Count(out.String(), "PASS ") != len(names) || !strings.Contains(errs.String(), "left loaded on "+user+"@127.0.0.1:") {
			t.Errorf("as %s not all have passed", user)
		}
		out.Reset()
		args = append(slices.Concat([]string{"shell"}, args[1:7]), "state-add@1", "--", "id -un; cat /sys/kernel/livepatch/klp_a/enabled")
		if status := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs}); status != exit.Passed || out.String() != "root\n1\n" {
			t.Errorf("a shell as %s: status %d, %q\n%s", user, status, out.String(), errs.String())
		}
	}
	if after := modified(t, image); !after.Equal(before) {
		t.Errorf("%s was written to at %v", image, after)
	}
}

func modified(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

// TestIntegrationImage runs cases on clones of the same image.
func TestIntegrationImage(t *testing.T) {
	image, key := os.Getenv("KLPTEST_IMAGE"), os.Getenv("KLPTEST_IMAGE_KEY")
	if image == "" {
		t.Skip("make image-test sets KLPTEST_IMAGE to a disk image")
	}
	before := modified(t, image)
	var out, errs bytes.Buffer
	args := []string{"run", "--image", image, "--ssh-user", "klptest", "--ssh-key", key, "-j", "2", "state-add", "busy-insmod", "force-values", "insmod-taint"}
	began := time.Now()
	status := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs})
	t.Logf("status %d after %v\n%s%s", status, time.Since(began).Round(time.Second), out.String(), errs.String())
	if status != exit.Passed || strings.Count(out.String(), "PASS ") != 4 {
		t.Error("not all have passed")
	}
	out.Reset()
	dead := filepath.Join(t.TempDir(), "dead.txtar")
	filetest.Put(t, dead, "A case that ends the agent.\n\n-- transcript --\n% sh kill -9 $PPID\n")
	status = run(t.Context(), append(args[:7:7], dead), streams{strings.NewReader(""), &out, &errs})
	if status != exit.Error || !strings.Contains(out.String(), "the case ended the guest's agent") {
		t.Errorf("an agent that is killed: status %d\n%s", status, out.String())
	}
	if after := modified(t, image); !after.Equal(before) {
		t.Errorf("%s was written to at %v", image, after)
	}
}

// TestIntegrationImageKernel boots another kernel under the same image, and runs cases on
// its clones. The kernel's arguments show that the image's boot loader has not booted it.
func TestIntegrationImageKernel(t *testing.T) {
	image, kernel := os.Getenv("KLPTEST_IMAGE"), os.Getenv("KLPTEST_IMAGE_KERNEL")
	if kernel == "" {
		t.Skip("make image-test SOURCE=~/linux sets KLPTEST_IMAGE_KERNEL to the source, or the build tree, of a kernel")
	}
	before := modified(t, image)
	args := []string{"--image", image, "--kernel", kernel, "--ssh-user", "klptest", "--ssh-key", os.Getenv("KLPTEST_IMAGE_KEY")}
	var out, errs bytes.Buffer
	status := run(t.Context(), slices.Concat([]string{"run"}, args, []string{"-j", "2", "state-add", "busy-insmod", "force-values", "insmod-taint"}), streams{strings.NewReader(""), &out, &errs})
	t.Logf("status %d\n%s%s", status, out.String(), errs.String())
	if status != exit.Passed || strings.Count(out.String(), "PASS ") != 4 || !strings.Contains(out.String(), " on "+filepath.Base(image)+")") {
		t.Error("not all have passed")
	}
	out.Reset()
	line := "cat /proc/cmdline; cat /proc/1/comm; findmnt -no FSTYPE /; cat /sys/kernel/livepatch/klp_a/enabled"
	status = run(t.Context(), slices.Concat([]string{"shell"}, args, []string{"state-add@1", "--", line}), streams{strings.NewReader(""), &out, &errs})
	t.Logf("status %d\n%s", status, out.String())
	if status != exit.Passed || !strings.Contains(out.String(), "root=/dev/vda1 rw") || !strings.HasSuffix(out.String(), "\nsystemd\next4\n1\n") {
		t.Errorf("a shell: %s", errs.String())
	}
	errs.Reset()
	status = run(t.Context(), slices.Concat([]string{"run"}, args, []string{"--kernel-args", "root=/dev/vda9", "state-add"}), streams{strings.NewReader(""), &out, &errs})
	if status != exit.Usage || !strings.Contains(errs.String(), "has no root file system where the kernel looks for it") {
		t.Errorf("another root: status %d, %s", status, errs.String())
	}
	if after := modified(t, image); !after.Equal(before) {
		t.Errorf("%s was written to at %v", image, after)
	}
}

// TestIntegrationBuildInGuest builds the modules in a clone of an image that has headers.
func TestIntegrationBuildInGuest(t *testing.T) {
	image, key := os.Getenv("KLPTEST_IMAGE"), os.Getenv("KLPTEST_IMAGE_KEY")
	if os.Getenv("KLPTEST_IMAGE_HEADERS") == "" {
		t.Skip("make image-test PACKAGES=linux-headers-amd64,gcc,make sets KLPTEST_IMAGE_HEADERS")
	}
	var out, errs bytes.Buffer
	args := []string{"run", "--image", image, "--ssh-key", key, "--build-in-guest", "state-add", "busy-insmod"}
	status := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs})
	t.Logf("status %d\n%s%s", status, out.String(), errs.String())
	if status != exit.Passed || strings.Count(out.String(), "PASS ") != 2 || !strings.Contains(errs.String(), "building") {
		t.Error("not all have passed")
	}
}

// bootMachine starts QEMU on a copy-on-write view of the image, and returns the loopback
// port that leads to its SSH server.
func bootMachine(t *testing.T, image string) (port int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = ln.Addr().(*net.TCPAddr).Port
	ln.Close()
	console := filepath.Join(t.TempDir(), "console.log")
	cmd := exec.Command("qemu-system-x86_64", "-nodefaults", "-display", "none", "-m", "1024", "-smp", "2", "-cpu", "max", "-snapshot",
		"-drive", "if=virtio,file="+image, "-device", "virtio-rng-pci", "-serial", "file:"+console,
		"-nic", fmt.Sprintf("user,model=virtio,restrict=on,hostfwd=tcp:127.0.0.1:%d-:22", port))
	p, err := program.Start(cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		<-p.Done()
		if t.Failed() {
			text, _ := os.ReadFile(console)
			t.Logf("the end of the console:\n%s", text[max(0, len(text)-4000):])
		}
	})
	return port
}

// awaitMachine waits until the agent can be started.
func awaitMachine(t *testing.T, port int, key string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := &remote.Machine{Program: self, Options: remote.Options{
		Target: remote.Target{User: "root", Host: "127.0.0.1", Port: port}, Key: key, Pins: filepath.Join(t.TempDir(), "known_hosts"),
	}}
	began := time.Now()
	for {
		c, err := m.Connect(t.Context())
		if err == nil {
			c.Close()
			t.Logf("it answers after %v", time.Since(began).Round(time.Second))
			return
		}
		if time.Since(began) > machineBoot {
			t.Fatalf("no answer within %v: %v", machineBoot, err)
		}
		time.Sleep(machineTry)
	}
}
