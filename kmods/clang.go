// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/llvm"
)

// clang finds the LLVM of that version, or else the newest.
func (b *Builder) clang(ctx context.Context, major int) (tools, error) {
	packages := fmt.Sprintf("clang-%[1]d lld-%[1]d llvm-%[1]d", major)
	make, err := exec.LookPath(orDefault(b.make, "make"))
	if err != nil {
		return tools{}, missing("make", "make "+packages, err)
	}
	found, ok := llvm.Find(major)
	if !ok {
		return tools{}, missing(fmt.Sprintf("clang %d, which built the kernel", major), packages, exec.ErrNotFound)
	}
	cc, err := exec.LookPath(found.Program("clang"))
	if err != nil {
		return tools{}, missing("C compiler "+found.Program("clang"), packages, err)
	}
	version, err := describe(ctx, cc)
	if err == nil && !strings.Contains(version, fmt.Sprintf("clang version %d.", major)) {
		b.notice(fmt.Sprintf("the kernel was built with clang %d, which is missing here: building modules with %s", major, cc))
	}
	return tools{make, cc, version, found.MakeArgs()}, err
}

// clangVersion returns the major version of the clang that built a kernel, or 0
// for a kernel built by gcc.
func clangVersion(kdir string) int {
	const perMajor = 10000 // scripts/cc-version.sh: 190107 is 19.1.7
	n, err := strconv.Atoi(kernelOption(kdir, "CONFIG_CLANG_VERSION"))
	if err != nil {
		return 0
	}
	return n / perMajor
}
