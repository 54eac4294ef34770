// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// inputs are the files of a kernel's build tree that a build of modules reads: headers,
// Kbuild's scripts and programs, the configuration, and the exported symbols. A kernel
// whose C alone has changed has the same inputs, so its modules need not be built again.
type inputs struct {
	files []input
	paths map[string]bool // of files
}

// input is a file, and what the host knows of it without reading it.
type input struct {
	path string // without symbolic links
	name string // relative to its root, which may lie elsewhere tomorrow
	info fs.FileInfo
}

// inputPatterns are the files and directories of each root; ARCH is an architecture.
var inputPatterns = []string{
	".config", ".kernelvariables", "Makefile", "Module.symvers", "include", "scripts",
	"arch/ARCH/Makefile*", "arch/ARCH/include", "tools/objtool/objtool",
}

// notInputs change with each build of the kernel. Only its version string is made of
// them (init/version.c, init/version-timestamp.c).
var notInputs = []string{"include/generated/compile.h", "include/generated/utsversion.h"}

// productEndings are of files that Kbuild makes on the way to its programs.
var productEndings = []string{".o", ".a", ".cmd", ".d"}

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

// inputPatterns are those of the architectures that the target is configured for: only
// they have generated headers.
func (t Target) inputPatterns() (list []string) {
	archs, _ := filepath.Glob(filepath.Join(t.KDir, "arch/*/include/generated")) // its only error is of a wrong pattern
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

// add adds the file at path, or all files of the directory.
func (in *inputs) add(root, path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return filepath.WalkDir(real, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains(productEndings, filepath.Ext(file)) {
			return err
		}
		name := strings.TrimPrefix(path+strings.TrimPrefix(file, real), root+"/")
		if slices.Contains(notInputs, name) || in.paths[file] {
			return nil
		}
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return err // a link to a directory is not followed
		}
		in.files, in.paths[file] = append(in.files, input{file, name, info}), true
		return nil
	})
}

// state changes whenever one of the files is written, added or removed, or its
// status changes. It costs no reading.
func (in inputs) state() string {
	h := sha256.New()
	for _, f := range in.files {
		s := f.info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(h, "%q %d %d %d.%09d\n", f.path, s.Ino, s.Size, s.Ctim.Sec, s.Ctim.Nsec)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// contents names what the files hold: it is equal for equal trees, wherever they lie.
func (in inputs) contents() (string, error) {
	h := sha256.New()
	for _, f := range slices.SortedStableFunc(slices.Values(in.files), byName) {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%q %d %v\n", f.name, len(data), f.info.Mode().Perm()&0o100)
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

func byName(a, b input) int { return cmp.Compare(a.name, b.name) }
