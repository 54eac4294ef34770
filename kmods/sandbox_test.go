// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/supervise"
)

// TestSandbox runs each script with and without a sandbox. What the sandbox
// denies works without it, so the test can fail.
func TestSandbox(t *testing.T) {
	if supervise.LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	headers, home := t.TempDir(), t.TempDir()
	for _, name := range []string{"include/h", "Makefile", "certs/signing_key.pem", ".git/config", "notes"} {
		write(t, filepath.Join(headers, name), "")
	}
	write(t, filepath.Join(home, "secret"), "")
	port := listener.Addr().(*net.TCPAddr).Port
	for _, tt := range []struct {
		name, script string
		allowed      bool
		abi          int // the first Landlock that can deny it
	}{
		{"a host file", "cat /etc/passwd", false, 1},
		{"home", "cat " + home + "/secret", false, 1},
		{"another process", "cat /proc/1/cmdline", false, 1},
		{"another process's maps", "cat /proc/$PPID/maps", false, 1},
		{"own maps", "cat /proc/self/maps", true, 1},
		{"own process", "cat /proc/self/environ", false, 1},
		{"a directory", "ls /etc", false, 1},
		{"write to headers", "echo > " + headers + "/new", false, 1},
		{"write to /tmp", "f=$(mktemp -p /tmp) && rm $f", false, 1},
		{"network", fmt.Sprintf("exec bash -c 'exec 5<>/dev/tcp/127.0.0.1/%d'", port), false, 4},
		{"signing key", "cat " + headers + "/certs/signing_key.pem", false, 1},
		{"repository", "cat " + headers + "/.git/config", false, 1},
		{"another file of the tree", "cat " + headers + "/notes", false, 1},
		{"by way of a link", "ln -s " + home + "/secret link && cat link", false, 1},
		{"headers", "cd " + headers + " && cat include/h Makefile && ls include", true, 1},
		{"names in the tree", "ls " + headers, true, 1},
		{"build directory", "mkdir tmp && echo > tmp/x && cat tmp/x && mv tmp/x tmp/y && rm -r tmp", true, 1},
		{"/dev/null", "echo > /dev/null && cat /dev/null", true, 1},
		{"toolchain", "sed --version", true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if supervise.LandlockABI() < tt.abi {
				t.Skipf("needs Landlock %d", tt.abi)
			}
			if out, log := runScript(t, tt.script, nil); out.Err() != nil {
				t.Fatalf("without a sandbox: %+v\n%s", out, log)
			}
			out, log := runScript(t, tt.script, &Target{KDir: headers})
			if out.Ending != supervise.Exited || (out.Code == 0) != tt.allowed {
				t.Errorf("%+v\n%s", out, log)
			}
		})
	}
}

// runScript runs a script in a build directory, in the sandbox of a target if
// one is given.
func runScript(t *testing.T, script string, boxed *Target) (supervise.Outcome, string) {
	t.Helper()
	var log bytes.Buffer
	j := supervise.Job{Argv: []string{"/bin/sh", "-c", script}, Env: []string{"PATH=" + boxPath}, Dir: t.TempDir(), Output: &log, Limit: time.Minute}
	if boxed != nil {
		j.Box = sandbox(*boxed, j.Dir)
	}
	out, err := supervise.Run(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return out, log.String()
}

func TestLimits(t *testing.T) {
	var log bytes.Buffer
	argv := limited([]string{"/bin/sh", "-c", "ulimit -S -t; ulimit -H -t; ulimit -v; ulimit -f; ulimit -c; echo $1", "sh", "a b"})
	out, err := supervise.Run(t.Context(), supervise.Job{Argv: argv, Output: &log, Limit: time.Minute})
	if err != nil || out.Err() != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if diff := cmp.Diff("60\n65\n1048576\n32768\n0\na b\n", log.String()); diff != "" {
		t.Error(diff)
	}
}

// A build that is not trusted gets the sandbox, its limits and its PATH.
func TestForeignJobIsConfined(t *testing.T) {
	b := build{target: Target{KDir: "/k", Headers: []string{"/h"}}, tools: tools{make: "/usr/bin/make"}, boxed: true}
	j := b.job("/d")
	if j.Box == nil || j.Argv[0] != "/bin/sh" {
		t.Fatalf("%+v", j)
	}
	if jobs := fmt.Sprintf("-j%d", min(boxJobs, runtime.GOMAXPROCS(0))); !slices.Contains(j.Argv, jobs) {
		t.Errorf("it is not run by %s: %q", jobs, j.Argv)
	}
	if diff := cmp.Diff([]string{"/d"}, j.Box.Writable); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/k", "/h"}, j.Box.Listed); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"LC_ALL=C", "HOME=/d", "TMPDIR=/d/tmp", "PATH=/usr/bin:/bin"}, j.Env); diff != "" {
		t.Error(diff)
	}
	b.boxed = false
	if j := b.job("/d"); j.Box != nil || j.Argv[0] != "/usr/bin/make" {
		t.Errorf("%+v", j)
	}
}

// In the sandbox, a compiler of the host's own would only fail with a denial.
func TestForeignCompilerMustBeInReach(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	b.Trust, b.abi = false, func() int { return 1 }
	_, err := b.Foreign(t.Context(), k, own)
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.User || !strings.HasSuffix(e.Summary, "does not reach "+b.make) || !strings.Contains(e.Advice, "--trust-sources") {
		t.Errorf("%v", err)
	}
	if runs(t, k) != 0 {
		t.Error("make ran")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "gcc"), "")
	if err := os.Symlink("/bin/true", filepath.Join(dir, "make")); err != nil {
		t.Fatal(err)
	}
	tools := tools{make: filepath.Join(dir, "make"), cc: filepath.Join(dir, "gcc")}
	if got := tools.outside(hostToolDirs); got != tools.cc {
		t.Errorf("%s", got)
	}
}

func TestSandboxFollowsLinks(t *testing.T) {
	if supervise.LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	kdir, kbuild := t.TempDir(), t.TempDir()
	write(t, filepath.Join(kbuild, "mkmakefile"), "")
	if err := os.Symlink(kbuild, filepath.Join(kdir, "scripts")); err != nil {
		t.Fatal(err)
	}
	if out, log := runScript(t, "cat "+kdir+"/scripts/mkmakefile", &Target{KDir: kdir}); out.Err() != nil {
		t.Errorf("%+v\n%s", out, log)
	}
}
