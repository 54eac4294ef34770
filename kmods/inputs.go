// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// inputs are the files of a kernel's build tree that a build of modules reads: headers,
// Kbuild's scripts and programs, the configuration, and the exported symbols. If only
// the kernel's C has changed, the inputs are the same, and its modules need not be built
// again.
type inputs struct {
	files []input
	paths map[string]bool // of files
}

// input is a file, and what is known about it without reading it.
type input struct {
	path string // without symbolic links
	name string // relative to its root, which may move
	info fs.FileInfo
}

// inputPatterns are the files and directories of each root; ARCH is an architecture.
var inputPatterns = []string{
	".config", ".kernelvariables", "Makefile", "Module.symvers", "include", "scripts",
	"arch/ARCH/Makefile*", "arch/ARCH/include", "tools/objtool/objtool",
}

// notInputs change with each build of the kernel. Only its version string depends on
// them (init/version.c, init/version-timestamp.c).
var notInputs = []string{"include/generated/compile.h", "include/generated/utsversion.h"}

// productEndings are the endings of files that Kbuild makes on the way to its programs.
var productEndings = []string{".o", ".a", ".cmd", ".d"}

// editorPatterns are files that editors keep beside those that they edit: locks, swap
// files and copies. A build reads none of them.
var editorPatterns = []string{".#*", ".*.sw?", ".*.kate-swp", "*~", "#*#"}

// inputsOf lists the inputs as they are now.
func inputsOf(t Target) (inputs, error) {
	in := inputs{paths: map[string]bool{}}
	for _, root := range t.roots() {
		root, err := filepath.EvalSymlinks(root)
		if err != nil {
			return in, err
		}
		for _, pattern := range t.inputPatterns() {
			found, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				return in, err
			}
			for _, path := range found {
				if err := in.add(root, path); err != nil {
					return in, err
				}
			}
		}
	}
	return in, nil
}

// inputPatterns returns the patterns for the architectures that the target is configured
// for: only those have generated headers.
func (t Target) inputPatterns() (list []string) {
	archs, _ := filepath.Glob(filepath.Join(t.KDir, "arch/*/include/generated")) // it fails only for a malformed pattern
	for _, pattern := range inputPatterns {
		if !strings.Contains(pattern, "ARCH") {
			list = append(list, pattern)
			continue
		}
		for _, dir := range archs {
			arch := filepath.Base(filepath.Dir(filepath.Dir(dir)))
			list = append(list, strings.Replace(pattern, "ARCH", arch, 1))
		}
	}
	return list
}

// add adds the file at path, or all files of the directory. A file may be removed at any
// time, and a link may lead nowhere: neither is an input.
func (in *inputs) add(root, path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return unlessGone(err)
	}
	return filepath.WalkDir(real, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ignored(filepath.Base(file)) {
			return unlessGone(err)
		}
		name := strings.TrimPrefix(path+strings.TrimPrefix(file, real), root+"/")
		if slices.Contains(notInputs, name) || in.paths[file] {
			return nil
		}
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return unlessGone(err) // a link to a directory is not followed
		}
		in.files, in.paths[file] = append(in.files, input{file, name, info}), true
		return nil
	})
}

// ignored reports whether no build of modules reads files of that name.
func ignored(name string) bool {
	matches := func(pattern string) bool { ok, _ := filepath.Match(pattern, name); return ok }
	return slices.Contains(productEndings, filepath.Ext(name)) || slices.ContainsFunc(editorPatterns, matches)
}

// unlessGone returns err unless it says that a file does not exist.
func unlessGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// state returns a hash that changes whenever one of the files is written, added or
// removed, or its status changes. It reads no file.
func (in inputs) state() string {
	h := sha256.New()
	for _, f := range in.files {
		s := f.info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(h, "%q %d %d %d.%09d\n", f.path, s.Ino, s.Size, s.Ctim.Sec, s.Ctim.Nsec)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// contents returns a hash of the contents of the files. It is equal for equal trees,
// wherever they are. The error is errChanged if a file is gone.
func (in inputs) contents() (string, error) {
	h := sha256.New()
	for _, f := range slices.SortedStableFunc(slices.Values(in.files), byName) {
		data, err := os.ReadFile(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			err = errChanged
		}
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%q %d %v\n", f.name, len(data), f.info.Mode().Perm()&0o100)
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

func byName(a, b input) int { return cmp.Compare(a.name, b.name) }
