// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/guest/wire"
)

// gcovDir has the counters of a kernel with CONFIG_GCOV_KERNEL, below the path that
// each object had in the kernel's build (Documentation/dev-tools/gcov.rst).
const gcovDir = "/sys/kernel/debug/gcov"

// resetCounters sets all counters to zero.
func (a *Agent) resetCounters() error {
	const reset = gcovDir + "/reset"
	if !a.files.Exists(reset) {
		return blame.Userf("this kernel does not count which lines it runs (no %s)", reset)
	}
	return a.files.Write(reset, "1\n")
}

// counters reads the files whose paths end with those names.
func (a *Agent) counters(names []string) (list []wire.Chunk, err error) {
	top := a.files.Path(gcovDir)
	err = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		i := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(path, "/"+name) })
		if i < 0 {
			return nil
		}
		data, err := readCounters(path)
		list = append(list, wire.Chunk{Name: names[i], Data: data})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the kernel's counters: %w", err)
	}
	return list, nil
}

func readCounters(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bounded.ReadAll(f, wire.ChunkSize)
}
