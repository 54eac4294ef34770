// SPDX-License-Identifier: Apache-2.0

package sourcelint

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/klptest/klptest/"

// imports lists the packages of this module that each package may import. A package
// imports only packages above it in the table, so there is no cycle. Test helpers
// are not listed: tests may import anything.
var imports = []struct{ pkg, may string }{
	// The ground.
	{"images/dotconfig", ""},
	{"internal/tunable", ""},
	{"internal/arch", "internal/tunable"},
	{"internal/blame", ""},
	{"internal/bounded", ""},
	{"internal/exit", ""},
	{"internal/guest", "internal/tunable"},
	{"internal/klprela", ""},
	{"internal/kversion", ""},
	{"internal/modcode", ""},
	{"internal/modinfo", ""},
	{"internal/orphans", ""},
	{"internal/patience", ""},
	{"internal/printable", ""},
	{"internal/terminal", ""},
	{"internal/shellword", ""},
	{"internal/splat", ""},
	{"internal/subsequence", ""},
	{"internal/llvm", ""},
	{"internal/program", "internal/blame internal/bounded"},
	{"internal/gcov", "internal/blame internal/bounded internal/program"},
	{"internal/uncovered", "internal/gcov internal/printable"},
	{"internal/apt", ""},
	{"internal/depends", "internal/apt"},
	{"internal/nearest", ""},
	{"internal/vport", ""},
	{"vm/qmp", ""},
	{"internal/strictyaml", "internal/blame internal/nearest"},
	{"internal/flags", "internal/blame internal/nearest internal/printable internal/shellword"},
	// The host.
	{"internal/cache", "internal/blame"},
	{"internal/git", "internal/apt internal/blame internal/cache internal/depends internal/program"},
	{"internal/supervise", "internal/blame internal/orphans internal/program"},
	{"internal/toolchain", "internal/blame internal/program"},
	{"internal/emulator", "internal/blame"},
	{"internal/steady", "internal/blame"},
	// A kernel, its modules, a machine, a case.
	{"images/kconfig", "images/dotconfig internal/arch internal/blame"},
	{"images/kbuild", "images/dotconfig images/kconfig internal/arch internal/blame internal/cache internal/kversion internal/llvm internal/depends internal/steady internal/supervise"},
	{"images", "internal/arch internal/blame internal/cache internal/printable"},
	{"images/bootimage", "internal/arch internal/blame internal/bounded internal/depends internal/printable internal/program"},
	{"images/initramfs", "internal/blame internal/bounded internal/guest internal/modinfo"},
	{"images/userland", "images/initramfs internal/blame internal/depends"},
	{"images/unpack", "internal/blame internal/bounded internal/depends internal/program"},
	{"images/packaged", "images images/bootimage images/dotconfig images/initramfs internal/blame internal/cache internal/toolchain"},
	{"images/debian", "images images/packaged images/unpack internal/arch internal/blame internal/bounded internal/cache internal/depends internal/program internal/toolchain"},
	{"images/packagefile", "images images/bootimage images/dotconfig images/initramfs images/packaged images/unpack internal/arch internal/blame internal/bounded internal/cache"},
	{"images/local", "images images/bootimage images/dotconfig images/initramfs images/kbuild internal/arch internal/blame internal/cache"},
	{"images/catalog", "images images/debian images/local images/packaged images/packagefile internal/cache"},
	{"kmods", "internal/apt internal/blame internal/bounded internal/cache internal/klprela internal/llvm internal/modcode internal/modinfo internal/depends internal/printable internal/program internal/steady internal/supervise internal/toolchain"},
	{"vm/console", "internal/blame internal/emulator internal/printable internal/splat"},
	{"vm", "internal/apt internal/arch internal/blame internal/depends internal/patience internal/printable internal/program internal/shellword internal/tunable internal/vport vm/console vm/qmp"},
	{"internal/doctor", "images images/kbuild images/kconfig internal/arch internal/apt internal/blame internal/depends internal/printable internal/program internal/supervise kmods vm"},
	{"cases/machine", "internal/blame"},
	{"cases/klog", "cases/machine internal/nearest internal/printable internal/splat"},
	{"cases/casefile", "cases/klog cases/machine internal/blame internal/kversion internal/nearest internal/splat"},
	{"cases/judge", "cases/casefile cases/klog cases/machine internal/blame internal/emulator internal/gcov internal/splat internal/subsequence"},
	{"cases", "cases/casefile cases/klog internal/blame internal/nearest internal/shellword"},
	{"internal/durations", ""},
	{"internal/settings", "cases/casefile internal/blame internal/strictyaml"},
	{"internal/matrix", "cases cases/casefile internal/blame internal/bounded internal/printable internal/strictyaml"},
	// A run.
	{"internal/guest/wire", "cases/machine internal/blame internal/guest internal/printable"},
	{"internal/guest/rootfs", "internal/blame internal/guest"},
	{"internal/guest/kernel", ""},
	{"internal/guest/agent", "cases/machine images/dotconfig internal/blame internal/bounded internal/guest internal/guest/kernel internal/guest/rootfs internal/guest/wire"},
	{"internal/guest/boot", "internal/guest internal/guest/agent internal/guest/kernel internal/guest/rootfs internal/orphans internal/tunable internal/vport"},
	{"internal/guest/client", "cases/machine internal/blame internal/guest internal/guest/wire internal/patience internal/shellword internal/terminal"},
	{"internal/remote", "internal/arch internal/blame internal/bounded internal/guest internal/guest/client internal/patience internal/printable"},
	{"internal/model", "cases/casefile cases/judge cases/machine internal/blame internal/kversion internal/nearest"},
	{"cases/paste", "cases cases/casefile cases/klog cases/machine internal/blame internal/model internal/splat"},
	{"internal/timeline", "cases/casefile cases/klog cases/machine internal/printable"},
	{"internal/report", "cases/casefile cases/judge cases/klog cases/machine internal/blame internal/exit internal/gcov internal/printable internal/shellword internal/timeline"},
	{"cases/saved", "cases/casefile cases/judge cases/klog cases/machine cases/paste internal/blame internal/printable internal/subsequence"},
	{"internal/results", "cases/judge cases/machine internal/blame internal/exit internal/gcov internal/printable internal/report"},
	{"internal/compare", "cases/judge internal/printable internal/report"},
	{"internal/resume", "cases/casefile internal/blame internal/exit internal/report internal/results"},
	{"internal/bundle", "cases/casefile cases/judge internal/blame internal/bounded internal/printable internal/report"},
	{"internal/kselftests", "cases/casefile cases/judge cases/machine internal/blame internal/guest internal/nearest internal/shellword kmods"},
	{"internal/touched", "internal/blame internal/bounded internal/gcov internal/printable"},
	{"internal/rig", "cases/casefile cases/judge cases/machine images images/catalog images/dotconfig images/initramfs images/kbuild images/kconfig internal/blame internal/bounded internal/cache internal/doctor internal/gcov internal/guest internal/guest/client internal/guest/wire internal/patience internal/printable internal/remote kmods vm"},
	// Many runs.
	{"internal/bisect", "cases/judge internal/blame internal/exit internal/git internal/printable"},
	{"internal/explore", "cases/casefile cases/judge cases/machine internal/blame internal/gcov internal/model internal/printable"},
	{"internal/mutants", "cases/judge"},
	{"internal/series", "cases/judge internal/blame internal/bounded internal/cache internal/exit internal/git internal/printable"},
	{"internal/variants", "cases/judge images/kconfig"},
	{"internal/lab", "cases/casefile cases/judge images images/kbuild images/local internal/bisect internal/blame internal/cache internal/explore internal/gcov internal/git internal/mutants internal/rig internal/series internal/variants"},
}

// TestImports compares the tree with the table. cmd/klptest may import all packages.
func TestImports(t *testing.T) {
	files, err := sources(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range checkImports(files) {
		t.Error(p)
	}
}

func TestImportsOrder(t *testing.T) {
	above := map[string]bool{}
	for _, row := range imports {
		for pkg := range strings.FieldsSeq(row.may) {
			if !above[pkg] {
				t.Errorf("%s may import %s, which does not stand above it", row.pkg, pkg)
			}
		}
		above[row.pkg] = true
	}
}

func TestCheckImports(t *testing.T) {
	text := func(pkg string) string { return "package x\nimport \"" + module + pkg + "\"\n" }
	for _, c := range []struct{ file, imports, want string }{
		{"vm/vm.go", "internal/blame", ""},
		{"vm/vm.go", "vm/vmtest", "vm/vm.go: vm may not import vm/vmtest"},
		{"vm/vm_test.go", "vm/vmtest", ""},
		{"internal/new/new.go", "vm", "internal/new/new.go: internal/new is not in the table of imports"},
		{"internal/guest/agent.go", "kmods", "internal/guest/agent.go: internal/guest may not import kmods"},
		{"cmd/klptest/run.go", "internal/rig", ""},
		{"vm/vmtest/vm.go", "internal/blame", ""},
	} {
		got := strings.Join(checkImports(map[string]string{c.file: text(c.imports)}), "\n")
		if got != c.want {
			t.Errorf("%s importing %s: %q, want %q", c.file, c.imports, got, c.want)
		}
	}
}

// checkImports checks the Go files that are part of the program.
func checkImports(files map[string]string) (problems []string) {
	for name, text := range files {
		dir := path.Dir(name)
		if path.Ext(name) == ".go" && !isTest(name) && dir != "cmd/klptest" {
			problems = append(problems, checkFileImports(name, dir, text)...)
		}
	}
	slices.Sort(problems)
	return problems
}

// isTest reports whether a file is a test or belongs to a package of test helpers,
// such as vm/vmtest.
func isTest(name string) bool {
	dir := path.Dir(name)
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(dir, "test") && dir != "cmd/klptest"
}

func checkFileImports(name, dir, text string) (problems []string) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return []string{err.Error()}
	}
	may, known := "", false
	for _, row := range imports {
		if row.pkg == dir {
			may, known = row.may, true
		}
	}
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		pkg, ours := strings.CutPrefix(imported, module)
		switch {
		case !ours:
		case !known:
			return []string{fmt.Sprintf("%s: %s is not in the table of imports", name, dir)}
		case !slices.Contains(strings.Fields(may), pkg):
			problems = append(problems, fmt.Sprintf("%s: %s may not import %s", name, dir, pkg))
		}
	}
	return problems
}

// TestGuestKnowsTheSeamOnly: the program in the guest has no code that parses or
// judges cases or prepares kernels.
func TestGuestKnowsTheSeamOnly(t *testing.T) {
	reached := reach("internal/guest/boot")
	if !reached["cases/machine"] {
		t.Fatal("it does not even hold cases/machine")
	}
	for _, pkg := range []string{"cases", "cases/casefile", "cases/judge", "cases/klog", "images", "images/bootimage", "images/initramfs", "vm"} {
		if reached[pkg] {
			t.Errorf("the guest holds %s", pkg)
		}
	}
}

// reach returns the package and all that it may import, directly or indirectly.
func reach(pkg string) map[string]bool {
	reached := map[string]bool{pkg: true}
	for _, row := range slices.Backward(imports) { // a package is below its imports
		if reached[row.pkg] {
			for may := range strings.FieldsSeq(row.may) {
				reached[may] = true
			}
		}
	}
	return reached
}
