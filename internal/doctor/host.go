// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/internal/supervise"
)

// Host is the host as the checks see it; tests use another one.
type Host struct {
	Root     string // prefix of /proc and /sys
	LookPath func(program string) (string, error)
	Output   func(ctx context.Context, program string, args ...string) (string, error)
	Free     func(dir string) (bytes uint64, err error)
	Landlock func() int // ABI version; 0: none
}

const maxOutput = 1 << 20 // bytes that a program may print

// Here returns this host.
func Here() Host {
	return Host{
		Root:     "/",
		LookPath: exec.LookPath,
		Output: func(ctx context.Context, name string, args ...string) (string, error) {
			out, err := program.Command{Name: name, Args: args}.Output(ctx, maxOutput)
			return string(out), err
		},
		Free:     free,
		Landlock: supervise.LandlockABI,
	}
}

// read returns a file's text without surrounding white space, or "" if it cannot
// be read.
func (h Host) read(path string) string {
	data, err := os.ReadFile(filepath.Join(h.Root, path))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// free returns the free space on the file system of dir, which need not exist
// yet. A place that cannot be written to is an error.
func free(dir string) (uint64, error) {
	for {
		var s unix.Statfs_t
		err := unix.Statfs(dir, &s)
		if err == nil {
			return s.Bavail * uint64(s.Bsize), unix.Access(dir, unix.W_OK)
		}
		if err != unix.ENOENT || dir == filepath.Dir(dir) {
			return 0, err
		}
		dir = filepath.Dir(dir)
	}
}
