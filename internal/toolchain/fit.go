// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"context"
	"debug/elf"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/program"
)

// HostFits reports whether this host has the named compiler, and can run programs that
// need that version of glibc.
func HostFits(ctx context.Context, compiler, glibc string) bool {
	if _, err := exec.LookPath(compiler); err != nil {
		return false
	}
	return HasGlibc(ctx, glibc)
}

// HasGlibc reports whether this host has that version of glibc, such as "2.38", or a
// newer one. Any host has the version "". It takes a few milliseconds.
func HasGlibc(ctx context.Context, version string) bool {
	return version == "" || atLeast(hostGlibc(ctx), parseVersion(version))
}

// hostGlibc returns the version of the host's glibc; nil if it has none.
func hostGlibc(ctx context.Context) []int {
	said, err := program.Command{Name: "getconf", Args: []string{"GNU_LIBC_VERSION"}}.Output(ctx, 1<<10)
	if err != nil {
		return nil
	}
	version, _ := strings.CutPrefix(strings.TrimSpace(string(said)), "glibc ")
	return parseVersion(version)
}

// NeededGlibc returns the newest version of glibc that any program below dir needs,
// such as "2.38", or "" if none needs it. Unreadable programs are skipped: a build will
// report the error.
func NeededGlibc(dir string) string {
	var newest []int
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if is, err := isProgram(path); err != nil || !is {
			return nil
		}
		if v := glibcOf(path); !atLeast(newest, v) {
			newest = v
		}
		return nil
	})
	return formatVersion(newest)
}

func glibcOf(path string) (newest []int) {
	f, err := elf.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	symbols, err := f.ImportedSymbols()
	if err != nil {
		return nil
	}
	for _, s := range symbols {
		text, ok := strings.CutPrefix(s.Version, "GLIBC_")
		if v := parseVersion(text); ok && !atLeast(newest, v) {
			newest = v
		}
	}
	return newest
}

// parseVersion reads "2.38"; nil means no version, and is older than any.
func parseVersion(text string) (numbers []int) {
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// formatVersion is the inverse of parseVersion.
func formatVersion(numbers []int) string {
	var parts []string
	for _, n := range numbers {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ".")
}

func atLeast(have, want []int) bool { return slices.Compare(have, want) >= 0 }
