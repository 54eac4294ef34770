// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/program"
)

const (
	toolLimit  = time.Minute
	maxVersion = 4 << 10
	maxReport  = 64 << 20 // bytes of JSON; kernel/livepatch has 400 KB
)

// versionLine is the first line of gcov --version.
var versionLine = regexp.MustCompile(`^gcov \(.*\) (\d+)\.`)

// findTool finds gcov of a version of gcc, which must be the compiler's: each
// version has a format of its own.
func findTool(ctx context.Context, major int) (string, error) {
	for _, name := range []string{"gcov-" + strconv.Itoa(major), "gcov"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		text, err := tool(path).in(ctx, "", maxVersion, "--version")
		if m := versionLine.FindSubmatch(text); err == nil && m != nil && string(m[1]) == strconv.Itoa(major) {
			return path, nil
		}
	}
	return "", blame.AdviseUserf(fmt.Sprintf("install gcc-%d, which has it", major), "there is no gcov %d here, which reads the counters of a kernel that gcc %[1]d has built", major)
}

// tool is gcov as a program.
type tool string

// in runs gcov in a directory, or in the current one if it is empty.
func (t tool) in(ctx context.Context, dir string, most int64, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, toolLimit, blame.Rigf("gcov took more than %v", toolLimit))
	defer cancel()
	return program.Command{Dir: dir, Name: string(t), Args: args}.Output(ctx, most)
}
