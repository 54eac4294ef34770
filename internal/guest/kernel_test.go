// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeKernel is a kernel whose modules do what a test says, with its files in
// a temporary directory.
type fakeKernel struct {
	log      *fakeLog
	onLoad   func(path, params string) error
	onUnload func(name string) error
	renewed  []renewal
	killed   atomic.Bool // the thread that loads a module
}

func (k *fakeKernel) load(path, params string) error { return k.onLoad(path, params) }
func (k *fakeKernel) unload(name string) error       { return k.onUnload(name) }
func (k *fakeKernel) release() string                { return "6.12.0-fake" }
func (k *fakeKernel) alive(int) bool                 { return !k.killed.Load() }

func (k *fakeKernel) renew(seed []byte, now time.Time) error {
	k.renewed = append(k.renewed, renewal{seed, now})
	return nil
}

func (k *fakeKernel) openLog() (logDevice, error) {
	if k.log == nil {
		return nil, unix.EACCES
	}
	return k.log, nil
}

// fakeLog is /dev/kmsg: raw records, and where the reader is.
type fakeLog struct {
	mu      sync.Mutex
	seq     uint64
	entries []any // []byte, or an error to return once
	deaf    bool  // drops what is written, as printk.devkmsg=ratelimit does
}

func (l *fakeLog) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 {
		return 0, unix.EAGAIN
	}
	next := l.entries[0]
	l.entries = l.entries[1:]
	if err, ok := next.(error); ok {
		return 0, err
	}
	return copy(p, next.([]byte)), nil
}

func (l *fakeLog) Write(p []byte) (int, error) {
	if !l.deaf {
		l.add(1, strings.TrimSuffix(string(p), "\n"))
	}
	return len(p), nil
}

func (l *fakeLog) SeekEnd() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
	return nil
}

func (l *fakeLog) Close() error { return nil }

// printk logs as the kernel does.
func (l *fakeLog) printk(text string) { l.add(0, text) }

func (l *fakeLog) add(facility int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	l.entries = append(l.entries, fmt.Appendf(nil, "%d,%d,%d,-;%s\n", facility<<3|6, l.seq, 10*l.seq, text))
}

// lose makes a hole of n records.
func (l *fakeLog) lose(n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq += n
	l.entries = append(l.entries, unix.EPIPE)
}

func (l *fakeLog) raw(entries ...any) *fakeLog {
	for _, e := range entries {
		if text, ok := e.(string); ok {
			e = []byte(text)
		}
		l.entries = append(l.entries, e)
	}
	return l
}

// put writes a file of the guest.
func put(t *testing.T, root tree, name, text string) {
	t.Helper()
	path := root.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func patch(t *testing.T, root tree, name, enabled, transition string) {
	t.Helper()
	put(t, root, livepatchDir+"/"+name+"/enabled", enabled+"\n")
	put(t, root, livepatchDir+"/"+name+"/transition", transition+"\n")
}

func unpatch(t *testing.T, root tree, name string) {
	t.Helper()
	if err := os.RemoveAll(root.path(livepatchDir + "/" + name)); err != nil {
		t.Error(err)
	}
}

// newGuest is an agent on a fake kernel that has livepatch and dynamic debug.
func newGuest(t *testing.T) (*agent, *fakeKernel) {
	t.Helper()
	root := tree(t.TempDir())
	put(t, root, livepatchDir+"/.keep", "")
	os.Remove(root.path(livepatchDir + "/.keep"))
	put(t, root, dynamicDebug[0], "")
	put(t, root, "/sys/kernel/debug/clear_warn_once", "")
	put(t, root, "/proc/modules", "virtio_net 1 0 - Live 0x0\n")
	put(t, root, "/proc/sys/kernel/tainted", "4096\n")
	k := &fakeKernel{log: &fakeLog{}}
	return newAgent(k, root, root), k
}

func cmd(verb machine.Verb, args ...string) machine.Command {
	return machine.Command{Text: string(verb) + " " + strings.Join(args, " "), Verb: verb, Args: args}
}
