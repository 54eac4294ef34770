// SPDX-License-Identifier: Apache-2.0

package klog

import "regexp"

// wordings are log lines that kernels word differently for the same event.
// Expected and observed lines are compared in the newer wording.
var wordings = []struct {
	older *regexp.Regexp
	newer string
}{
	// do_init_module() of kernel/module/main.c, since Linux 7.1: 663385f9155f,
	// "module: Simplify warning on positive returns from module_init()". It also
	// drops a second line and a stack dump, which a case makes conditional.
	{regexp.MustCompile(`^do_init_module: '(\w+)'->init suspiciously returned `), `$1: init suspiciously returned `},
}

// wording returns a log line in the newest kernel's wording.
func wording(line string) string {
	for _, w := range wordings {
		line = w.older.ReplaceAllString(line, w.newer)
	}
	return line
}

// compilerSuffix is the suffix that a compiler appends to the name of a
// function that it clones or splits; it differs from build to build.
var compilerSuffix = regexp.MustCompile(`(\.(cold|isra|constprop|part|llvm|lto_priv)(\.\d+)*)+$`)

// FunctionName returns a function's name in the source.
func FunctionName(symbol string) string { return compilerSuffix.ReplaceAllString(symbol, "") }
