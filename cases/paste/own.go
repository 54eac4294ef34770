// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

const (
	maxSourceFiles = 20000 // files of a directory to search
	maxSourceBytes = 256 << 10
)

var (
	sourceFile = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}\.[ch]$`)
	include    = regexp.MustCompile(`(?m)^\s*#\s*include\s+"([^"]+)"`)
)

// findSources takes the C source of the reporter's modules, and the headers
// beside it, from a directory: that of a kernel tree, a selftest, or the
// reporter.
func findSources(dir fs.FS, modules []string) ([]casefile.Source, error) {
	found := map[string]string{} // file to its path
	seen := 0
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || skipDir(name)):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		if seen++; seen > maxSourceFiles {
			return fs.SkipAll
		}
		file := strings.ReplaceAll(d.Name(), "-", "_")
		if module, isC := strings.CutSuffix(file, ".c"); isC && slices.Contains(modules, module) && found[file] == "" {
			found[file] = name
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []casefile.Source
	for _, module := range modules {
		file := module + ".c"
		if found[file] == "" {
			return nil, &blame.Error{Party: blame.User, Summary: fmt.Sprintf("--sources has no %s", file), Advice: "name a directory with the C file of each module of the report, or leave --sources out: probes then stand for the modules"}
		}
		if list, err = addSource(list, dir, file, found[file]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// skipDir reports whether a part of a kernel tree has no test modules.
func skipDir(name string) bool {
	top, rest, _ := strings.Cut(name, "/")
	switch top {
	case "arch", "drivers", "fs", "net", "sound", "Documentation", "include", "mm", "kernel", "crypto", "security", "block", "firmware":
		return true
	case "tools":
		return rest != "" && !strings.HasPrefix("testing/selftests/livepatch", rest) && !strings.HasPrefix(rest, "testing/selftests/livepatch")
	}
	return false
}

// addSource adds a file, and the files beside it that it includes.
func addSource(list []casefile.Source, dir fs.FS, file, name string) ([]casefile.Source, error) {
	if slices.ContainsFunc(list, func(s casefile.Source) bool { return s.Name == file }) {
		return list, nil
	}
	if !sourceFile.MatchString(file) {
		return nil, blame.Userf("%s: a case cannot have a file of that name", name)
	}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err
	}
	if len(data) > maxSourceBytes {
		return nil, blame.Userf("%s is too large for a case", name)
	}
	list = append(list, casefile.Source{Name: file, Data: data})
	for _, m := range include.FindAllStringSubmatch(string(data), -1) {
		beside := path.Join(path.Dir(name), m[1])
		if _, err := fs.Stat(dir, beside); err != nil {
			continue
		}
		if list, err = addSource(list, dir, path.Base(m[1]), beside); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// realLines returns predicted lines for the reporter's own modules: the core's
// lines, with those modules' names. No model knows what they log themselves.
func (r *report) realLines(lines []string) (list []string) {
	mark := false
	for _, line := range lines {
		prefix := corePrefix.FindString(line)
		name, _, _ := strings.Cut(line, ": ")
		switch {
		case prefix != "" && r.isHolders(line):
		case prefix != "":
			list = append(list, r.rename(line))
		case ownProbe.MatchString(name) || ownLoglvl.MatchString(name):
			mark = true
		default:
			list = append(list, line)
		}
	}
	if mark {
		list = append(list, notPredicted+": what the modules log; klptest run --update FILE on a good kernel fills it in")
	}
	return list
}

// isHolders reports whether a line is there only for klp_target.
func (r *report) isHolders(line string) bool {
	return r.m.alone && strings.Contains(line, "'"+holderModule+"'")
}

// rename replaces the names in a line with the reporter's.
func (r *report) rename(line string) string {
	return quotedName.ReplaceAllStringFunc(line, func(s string) string {
		return s[:1] + cmp.Or(r.m.theirs(s[1:len(s)-1]), s[1:len(s)-1]) + s[len(s)-1:]
	})
}

var quotedName = regexp.MustCompile(`['(]klp_\w+[')]`)
