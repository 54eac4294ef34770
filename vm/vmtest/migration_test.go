// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// talker speaks QMP with a fake QEMU.
type talker struct {
	t    *testing.T
	conn *net.UnixConn
	r    *bufio.Reader
}

func (k talker) expect(want string) {
	k.t.Helper()
	if line, err := k.r.ReadString('\n'); err != nil || !strings.Contains(line, want) {
		k.t.Errorf("%q, %v, want %s", line, err, want)
	}
}

func (k talker) say(command string, file *os.File) {
	k.t.Helper()
	var rights []byte
	if file != nil {
		rights = unix.UnixRights(int(file.Fd()))
	}
	if _, _, err := k.conn.WriteMsgUnix([]byte(command), rights, nil); err != nil {
		k.t.Error(err)
	}
}

// fakeWithMemory runs a fake QEMU that has a memory file.
func fakeWithMemory(t *testing.T, script Script, share string, args ...string) (*exec.Cmd, talker, string) {
	t.Helper()
	qmp, qmpFile := socketPair(t)
	_, consoleFile := socketPair(t)
	memory, err := os.Create(filepath.Join(t.TempDir(), "memory"))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	cmd := exec.Command(QEMU(t, script), append(args, "-object", "memory-backend-file,share="+share)...)
	cmd.ExtraFiles = []*os.File{qmpFile, consoleFile, nil, memory}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	qmpFile.Close()
	k := talker{t, qmp.(*net.UnixConn), bufio.NewReader(qmp)}
	k.expect(`"QMP"`)
	return cmd, k, memory.Name()
}

func TestMigrateOut(t *testing.T) {
	commands := filepath.Join(t.TempDir(), "commands")
	cmd, k, memory := fakeWithMemory(t, Script{Commands: commands, Refuse: map[string]string{"stop": "no"}}, "on")
	text, err := os.ReadFile(memory)
	if err != nil || !strings.HasSuffix(string(text), Memory) || len(text) != MemoryOffset+len(Memory) {
		t.Errorf("%d bytes of memory, %v", len(text), err)
	}
	k.say(`{"execute":"stop","id":"1"}`, nil)
	k.expect(`"no"`)
	state, stateFile := socketPair(t)
	k.say(`{"execute":"getfd","arguments":{"fdname":"x"},"id":"2"}`, stateFile)
	stateFile.Close()
	k.expect("return")
	k.say(`{"execute":"migrate","id":"3"}`, nil)
	for _, want := range []string{"return", "active", "completed"} {
		k.expect(want)
	}
	if got, err := io.ReadAll(state); err != nil || string(got) != DeviceState {
		t.Errorf("state %q, %v", got, err)
	}
	k.say(`{"execute":"quit","id":"4"}`, nil)
	if err := cmd.Wait(); err != nil {
		t.Errorf("quit: %v", err)
	}
	if text, err := os.ReadFile(commands); err != nil || string(text) != "stop\ngetfd {\"fdname\":\"x\"}\nmigrate\nquit\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestMigrateIn(t *testing.T) {
	for state, want := range map[string]string{DeviceState: "completed", "something else": "failed"} {
		cmd, k, memory := fakeWithMemory(t, Script{}, "off", "-incoming", "defer")
		if info, err := os.Stat(memory); err != nil || info.Size() != 0 {
			t.Errorf("private memory was written to: %v", err)
		}
		ours, theirs := socketPair(t)
		k.say(`{"execute":"getfd","id":"1"}`, theirs)
		theirs.Close()
		k.expect("return")
		io.WriteString(ours, state)
		ours.Close()
		k.say(`{"execute":"migrate-incoming","id":"2"}`, nil)
		k.expect("return")
		if want == "completed" {
			k.expect("active")
		}
		k.expect(want)
		if want == "failed" && cmd.Wait() == nil {
			t.Error("it goes on")
		}
	}
}
