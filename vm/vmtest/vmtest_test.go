// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// socketPair returns a connection and the file of its other end.
func socketPair(t *testing.T) (net.Conn, *os.File) {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ours, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	file, err := theirs.(*net.UnixConn).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); file.Close() })
	return ours, file
}

// TestQEMU runs the fake without package vm.
func TestQEMU(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	script := Script{Runs: runs, Steps: []Step{Exit(1)}, KVM: []Step{
		{After: "query-cpus-fast"}, {Print: "hello\n"}, {Stderr: "qemu: oh\n"}, {Sleep: time.Nanosecond}, Exit(7)}}
	qmp, qmpFile := socketPair(t)
	console, consoleFile := socketPair(t)
	var stderr strings.Builder
	cmd := exec.Command(QEMU(t, script), "-accel", "kvm,x=y", "-m", "512")
	cmd.Stderr = &stderr
	cmd.ExtraFiles = []*os.File{qmpFile, consoleFile}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(qmp)
	talk := func(command, want string) {
		t.Helper()
		if command != "" {
			qmp.Write([]byte(command))
		}
		if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, want) {
			t.Errorf("%s answers %q, %v", command, line, err)
		}
	}
	talk("", `"QMP"`)
	talk(`{"execute":"stop","id":"1"}`, "return")
	talk(`{"execute":"query-cpus-fast","id":"2"}`, "thread-id")
	if line, err := bufio.NewReader(console).ReadString('\n'); line != "hello\n" {
		t.Errorf("console %q, %v", line, err)
	}
	err := cmd.Wait()
	if cmd.ProcessState.ExitCode() != 7 || stderr.String() != "qemu: oh\n" {
		t.Errorf("%v, stderr %q", err, stderr.String())
	}
	if text, err := os.ReadFile(runs); err != nil || !strings.HasSuffix(string(text), " kvm\n") {
		t.Errorf("runs %q, %v", text, err)
	}
}

func TestAccel(t *testing.T) {
	for want, args := range map[string][]string{"": {"-accel"}, "tcg": {"-m", "1", "-accel", "tcg,thread=single"}} {
		if got := accel(args); got != want {
			t.Errorf("%v: %q", args, got)
		}
	}
}
