// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/orphans"
	"github.com/klptest/klptest/internal/tunable"
)

const (
	onlyAgent = "@klptest-agent"
	lockWait  = 20 * time.Second // for an agent whose host has gone to notice that
	lockPause = 100 * time.Millisecond
	endLimit  = 5 * time.Second // for the processes of a case to end
)

// stdio is the stream of an agent that another program has started.
type stdio struct {
	io.Reader
	io.Writer
}

// runStream serves one session on a machine that klptest did not boot. It removes its own
// file first, and its files in /run and the processes of cases at the end, so that nothing
// is left however the session ends. It reports on standard error what keeps it from
// serving.
func runStream() int {
	if err := serveStream(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serveStream() error {
	outliveHost()
	removeSelf()
	syscall.Umask(0o077)
	only, err := lock(onlyAgent, lockWait)
	if err != nil {
		return err
	}
	defer only.Close()
	// A kernel that was told otherwise at boot refuses, and the agent finds out at the start
	// of a case.
	_ = rootfs.Tree("/").Write(tunable.Devkmsg.File, tunable.Devkmsg.Value+"\n")
	if err := rootfs.OwnView(); err != nil {
		return fmt.Errorf("mounts of its own: %w", err)
	}
	if err := orphans.Adopt(); err != nil {
		return err
	}
	defer os.RemoveAll(guest.CaseRoot)
	a := agent.New(kernel.Linux{}, "/", rootfs.CaseView)
	a.EndOthers = func() { _ = orphans.EndAll(endLimit) } // one that stays is stuck in the kernel, which its case shows
	return a.Serve(stdio{os.Stdin, os.Stdout})
}

// outliveHost makes a write to a host that has gone fail, so that the agent ends in order:
// SIGPIPE would kill it (package os/signal). The signal is caught, since the commands of
// cases would inherit that it is ignored.
func outliveHost() { signal.Notify(make(chan os.Signal, 1), unix.SIGPIPE) }

// removeSelf removes the directory that the host has made for the agent.
func removeSelf() {
	self, err := os.Executable()
	if dir := filepath.Dir(self); err == nil && strings.HasPrefix(filepath.Base(dir), guest.StreamDir) {
		_ = os.RemoveAll(dir) // a file left in /tmp does no harm
	}
}

// lock makes sure that no other agent runs on this machine. The name is in no file
// system, and ends with the process (unix(7), abstract).
func lock(name string, wait time.Duration) (io.Closer, error) {
	for end := time.Now().Add(wait); ; time.Sleep(lockPause) {
		ln, err := net.Listen("unix", name)
		switch {
		case err == nil:
			return ln, nil
		case !errors.Is(err, unix.EADDRINUSE):
			return nil, err
		case time.Now().After(end):
			return nil, errors.New("another klptest uses this machine")
		}
	}
}
