// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Limits on what any case may cost the host.
const (
	mostMemoryUsed = 500 // MB of klptest itself
	mostDiskUsed   = 200 // MB a guest
)

// mostLogged has the maximum sizes of a guest's logs in bytes, without the line
// that says what is missing.
var mostLogged = map[string]int64{"console.log": 16 << 20, "qemu.log": 256 << 10}

// TestIntegrationAttack runs malicious cases, which attack the host's memory and
// disk, and the verdict.
func TestIntegrationAttack(t *testing.T) {
	attack(t)
	t.Parallel()
	for _, tc := range []struct {
		name  string // of the file in testdata/attack
		want  string // the verdict
		says  string // in the output
		flags []string
	}{
		// The guest's time does not wait for a busy host to read its log: a log that is
		// smaller than the flood may overrun first.
		{name: "flood-log", want: "ERROR", says: "the guest floods its log or output", flags: []string{"--kernel-args", "log_buf_len=8M"}},
		{name: "flood-diff", want: "FAIL", says: "more lines"},
		{name: "flood-splats", want: "FAIL", says: "and 49"},
		{name: "flood-output", want: "ERROR", says: "the guest floods its log or output"},
		{name: "flood-qemu", want: "PASS", flags: []string{"--host-time"}}, // its six seconds would take minutes
		{name: "console-kmsg", want: "PASS"},
		{name: "console-tty", want: "ERROR", says: "the agent died"},
		{name: "console-oops", want: "ERROR", says: "the agent died"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"run", "-j", "1", "--keep", "--junit", filepath.Join(t.TempDir(), "junit.xml")}, tc.flags...)
			out, used := attacked(t, append(args, filepath.Join("testdata", "attack", tc.name+".txtar"))...)
			if !strings.Contains(out, fmt.Sprintf("%-5s %s ", tc.want, tc.name)) || !strings.Contains(out, tc.says) {
				t.Errorf("want %s, %q, got:\n%s", tc.want, tc.says, out)
			}
			used.check(t, out)
		})
	}
}

// costs is what a run has cost the host.
type costs struct{ memory, disk int } // MB

func (c costs) check(t *testing.T, out string) {
	t.Helper()
	t.Logf("%d MB of memory, %d MB of disk, %d bytes of output", c.memory, c.disk, len(out))
	if c.memory > mostMemoryUsed || c.disk > mostDiskUsed || len(out) > 1<<20 {
		t.Errorf("took %d MB of memory, %d MB of disk, %d bytes of output", c.memory, c.disk, len(out))
	}
}

// attacked runs klptest with the user's cache, and returns its output and costs.
// The run must keep its work directory, which attacked removes.
func attacked(t *testing.T, args ...string) (string, costs) {
	t.Helper()
	cmd := klptest("", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	peak := peakMemory(cmd)
	_ = cmd.Wait() // the output tells the verdict
	_, work, _ := strings.Cut(out.String(), "work directory: ")
	work, _, _ = strings.Cut(work, "\n")
	if work == "" {
		t.Fatalf("no work directory:\n%s", out.String())
	}
	defer os.RemoveAll(work)
	checkLogs(t, work)
	return out.String(), costs{memory: <-peak, disk: megabytes(t, work)}
}

// checkLogs checks the sizes of the guests' logs.
func checkLogs(t *testing.T, work string) {
	t.Helper()
	for name, most := range mostLogged {
		paths, err := filepath.Glob(filepath.Join(work, "guest-*", name))
		if err != nil || len(paths) == 0 {
			t.Errorf("no %s: %v", name, err)
		}
		for _, path := range paths {
			if info, err := os.Stat(path); err != nil || info.Size() > most+100 {
				t.Errorf("%s has more than %d bytes: %v, %v", path, most, info.Size(), err)
			}
		}
	}
}

// peakMemory sends the peak memory of a process, in MB, when it has ended.
func peakMemory(cmd *exec.Cmd) <-chan int {
	result := make(chan int, 1)
	go func() {
		most := 0
		for {
			status, err := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/status")
			_, rest, found := strings.Cut(string(status), "VmHWM:")
			if err != nil || !found { // it has ended
				result <- most >> 10
				return
			}
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			most = max(most, kb)
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return result
}

// megabytes returns the size of the files in a directory, in MB.
func megabytes(t *testing.T, dir string) int {
	t.Helper()
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(total >> 20)
}
