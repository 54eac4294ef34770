// SPDX-License-Identifier: Apache-2.0

package kerneltest

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

// Kernel is a kernel whose modules do what a test says, with its files in
// a temporary directory.
type Kernel struct {
	Root     rootfs.Tree // of its files
	Log      *Log
	OnLoad   func(path, params string) error
	OnUnload func(name string) error
	Renewed  []wire.Renewal
	Killed   atomic.Bool // whether the thread that loads a module was
}

func (k *Kernel) Load(path, params string) error { return k.OnLoad(path, params) }
func (k *Kernel) Unload(name string) error       { return k.OnUnload(name) }
func (k *Kernel) Release() string                { return "6.12.0-fake" }
func (k *Kernel) Alive(int) bool                 { return !k.Killed.Load() }

func (k *Kernel) Renew(seed []byte, now time.Time) error {
	k.Renewed = append(k.Renewed, wire.Renewal{Seed: seed, Now: now})
	return nil
}

func (k *Kernel) OpenLog() (kernel.LogDevice, error) {
	if k.Log == nil {
		return nil, unix.EACCES
	}
	return k.Log, nil
}

// Log is /dev/kmsg: raw records, and where the reader is.
type Log struct {
	mu      sync.Mutex
	seq     uint64
	entries []any // []byte, or an error to return once
	Deaf    bool  // drops what is written, as printk.devkmsg=ratelimit does
}

func (l *Log) Read(p []byte) (int, error) {
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

func (l *Log) Write(p []byte) (int, error) {
	if !l.Deaf {
		l.add(1, strings.TrimSuffix(string(p), "\n"))
	}
	return len(p), nil
}

func (l *Log) SeekEnd() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
	return nil
}

func (l *Log) Close() error { return nil }

// Wait is exact to a millisecond.
func (l *Log) Wait(limit time.Duration) {
	for end := time.Now().Add(limit); !l.readable() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

func (l *Log) readable() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries) > 0
}

// Printk logs as the kernel does.
func (l *Log) Printk(text string) { l.add(0, text) }

func (l *Log) add(facility int, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	l.entries = append(l.entries, fmt.Appendf(nil, "%d,%d,%d,-;%s\n", facility<<3|6, l.seq, 10*l.seq, text))
}

// Lose makes a gap of n records.
func (l *Log) Lose(n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq += n
	l.entries = append(l.entries, unix.EPIPE)
}

// Raw adds records as they are, or errors that a read returns once.
func (l *Log) Raw(entries ...any) *Log {
	for _, e := range entries {
		if text, ok := e.(string); ok {
			e = []byte(text)
		}
		l.entries = append(l.entries, e)
	}
	return l
}

// New returns a fake kernel that has livepatch and dynamic debug.
func New(t testing.TB) *Kernel {
	t.Helper()
	root := rootfs.Tree(t.TempDir())
	if err := os.MkdirAll(root.Path("/sys/kernel/livepatch"), 0o755); err != nil {
		t.Fatal(err)
	}
	rootfstest.Put(t, root, "/sys/kernel/debug/dynamic_debug/control", "")
	rootfstest.Put(t, root, "/sys/kernel/debug/clear_warn_once", "")
	rootfstest.Put(t, root, "/proc/modules", "virtio_net 1 0 - Live 0x0\n")
	rootfstest.Put(t, root, "/proc/sys/kernel/tainted", "4096\n")
	return &Kernel{Root: root, Log: &Log{}}
}

// Patch makes the files of a livepatch.
func Patch(t testing.TB, root rootfs.Tree, name, enabled, transition string) {
	t.Helper()
	rootfstest.Put(t, root, "/sys/kernel/livepatch/"+name+"/enabled", enabled+"\n")
	rootfstest.Put(t, root, "/sys/kernel/livepatch/"+name+"/transition", transition+"\n")
}

// Unpatch removes the files of a livepatch.
func Unpatch(t testing.TB, root rootfs.Tree, name string) {
	t.Helper()
	if err := os.RemoveAll(root.Path("/sys/kernel/livepatch/" + name)); err != nil {
		t.Error(err)
	}
}
