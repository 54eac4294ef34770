// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/shellword"
)

// Load returns the cases that the arguments name: files, directories, and names or
// patterns of shipped cases. Without arguments it returns all shipped cases.
func Load(args []string) ([]*casefile.Case, error) {
	all, err := Shipped()
	if err != nil || len(args) == 0 {
		return all, err
	}
	hidden, err := Bugs()
	if err != nil {
		return nil, err
	}
	var list []*casefile.Case
	var errs []error // of all arguments, to be fixed in one go
	for _, arg := range args {
		some, err := selectArg(all, hidden, arg)
		list, errs = append(list, some...), append(errs, err)
	}
	return list, blame.Join(errs...)
}

// LoadOne returns the case that one argument names.
func LoadOne(arg string) (*casefile.Case, error) {
	list, err := Load([]string{arg})
	if err != nil {
		return nil, err
	}
	if len(list) > 1 {
		return nil, blame.AdviseUserf("klptest list '"+arg+"' lists them", "%s matches %d cases; this takes one", arg, len(list))
	}
	return list[0], nil
}

// selectArg returns the cases of one argument. A hidden case must be named exactly.
func selectArg(all, hidden []*casefile.Case, arg string) ([]*casefile.Case, error) {
	if strings.HasSuffix(arg, casefile.BundleEnding) {
		return nil, isBundle(arg)
	}
	if IsFile(arg) {
		return readPath(arg)
	}
	if i := slices.IndexFunc(hidden, func(c *casefile.Case) bool { return c.Name == arg }); i >= 0 {
		return hidden[i : i+1], nil
	}
	list, err := Select(all, []string{arg})
	return list, orFile(arg, err)
}

// isBundle says what takes a bundle.
func isBundle(arg string) error {
	word := shellword.Quote(arg)
	return blame.AdviseUserf("klptest repro "+word+" runs it again; klptest show "+word+" prints what is in it", "%s is a bundle, not a case", arg)
}

// orFile returns err or, if a file or a directory has the name, an error that says so.
func orFile(name string, err error) error {
	if err == nil {
		return nil
	}
	info, statErr := os.Stat(name)
	switch {
	case statErr == nil && info.IsDir():
		return blame.AdviseUserf("give it as "+shellword.Quote("./"+name), "%s is a directory, not the name of a case", name)
	case errors.Is(statErr, fs.ErrNotExist):
		return err
	}
	return blame.AdviseUserf("the file here is ./"+name, "no case is called %q", name)
}

// IsFile reports whether an argument is the path of a file or a directory, not
// the name of a case: names have neither a slash nor an ending.
func IsFile(arg string) bool {
	return strings.ContainsRune(arg, filepath.Separator) || strings.HasSuffix(arg, suffix) || arg == "." || arg == ".."
}

// suffix ends the names of case files.
const suffix = ".txtar"

// readPath reads a case, or all cases in a directory.
func readPath(path string) ([]*casefile.Case, error) {
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		files = nil
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), suffix) && !e.IsDir() {
				files = append(files, strings.TrimSuffix(path, "/")+"/"+e.Name())
			}
		}
		if files == nil {
			return nil, blame.Userf("no case in %s: none of its files ends in %s", path, suffix)
		}
	}
	return readFiles(files)
}

func readFiles(files []string) (list []*casefile.Case, err error) {
	var errs []error
	for _, file := range files {
		c, err := Read(file)
		list, errs = append(list, c), append(errs, err)
	}
	return list, blame.Join(errs...)
}

// Read reads a case from its file.
func Read(path string) (*casefile.Case, error) {
	data, err := readCaseFile(path)
	if err != nil {
		return nil, err
	}
	return casefile.Parse(path, data)
}

func readCaseFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, blame.Userf("no such case file: %s", path)
	}
	if err != nil {
		return nil, blame.Unreadable(path, err)
	}
	if !info.Mode().IsRegular() || info.Size() > casefile.MaxFile {
		return nil, blame.Userf("%s is not a case: a case is a file of at most 1 MB", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		err = blame.Unreadable(path, err)
	}
	return data, err
}
