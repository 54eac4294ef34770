// SPDX-License-Identifier: Apache-2.0

package sourcelint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
)

// limits are in lines; a function's go from func to the closing brace.
type limits struct{ function, file int }

// Tests have higher limits: a test may have a long table, a fake may be one long program.
var (
	programLimits = limits{function: 40, file: 270}
	testLimits    = limits{function: 60, file: 400}
)

// checkGo checks a single Go file.
func checkGo(name, text string) []string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	most := programLimits
	if isTest(name) {
		most = testLimits
	}
	if n := strings.Count(text, "\n"); n > most.file {
		problems = append(problems, fmt.Sprintf("%s: %d lines, more than %d", name, n, most.file))
	}
	if path.Base(name) == "doc.go" && !documents(file) {
		problems = append(problems, name+": no comment on the package")
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := set.Position(f.Pos()), set.Position(f.End())
		if n := to.Line - from.Line + 1; n > most.function {
			problems = append(problems, fmt.Sprintf("%s:%d: %s has %d lines, more than %d", name, from.Line, f.Name.Name, n, most.function))
		}
		if needsVM(name) && misnamed(f) {
			problems = append(problems, fmt.Sprintf("%s:%d: %s does not begin with TestIntegration: make vm-test would not run it", name, from.Line, f.Name.Name))
		}
		if !needsVM(name) && strings.HasPrefix(f.Name.Name, "TestIntegration") {
			problems = append(problems, fmt.Sprintf("%s:%d: %s is not in a file *_integration_test.go: make vm-test may not run it", name, from.Line, f.Name.Name))
		}
	}
	return problems
}

func needsVM(name string) bool { return strings.HasSuffix(name, "_integration_test.go") }

func misnamed(f *ast.FuncDecl) bool {
	return f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "TestIntegration")
}

// documents reports whether a file has the package comment.
func documents(file *ast.File) bool {
	text := file.Doc.Text()
	if file.Name.Name == "main" {
		return text != ""
	}
	return strings.HasPrefix(text, "Package "+file.Name.Name+" ")
}
