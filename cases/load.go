// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// Load returns the cases that the arguments name: files, and names or
// patterns of shipped ones; all shipped ones when there are none.
func Load(args []string) ([]*casefile.Case, error) {
	shipped, err := Shipped()
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return shipped, nil
	}
	var list []*casefile.Case
	var errs []error // of all arguments, to be mended in one go
	for _, arg := range args {
		some, err := selectArg(shipped, arg)
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

func selectArg(shipped []*casefile.Case, arg string) ([]*casefile.Case, error) {
	if !IsFile(arg) {
		list, err := Select(shipped, []string{arg})
		return list, orFile(arg, err)
	}
	c, err := Read(arg)
	if err != nil {
		return nil, err
	}
	return []*casefile.Case{c}, nil
}

// orFile is err, unless the name that no case has is that of a file.
func orFile(name string, err error) error {
	if _, statErr := os.Stat(name); err == nil || statErr != nil {
		return err
	}
	return blame.AdviseUserf("to name the file: ./"+name, "no case %s", name)
}

// IsFile tells a file from the name of a case: names have neither a slash nor
// an ending.
func IsFile(arg string) bool {
	return strings.ContainsRune(arg, filepath.Separator) || strings.HasSuffix(arg, ".txtar")
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
