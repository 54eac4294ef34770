// SPDX-License-Identifier: Apache-2.0

package userland

import (
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

const loader = "/lib64/ld-test.so.2"

func binary(entries ...imagestest.DynamicEntry) string {
	return imagestest.Dynamic{Loader: loader, Entries: entries}.File()
}

func library(needed ...string) string {
	return imagestest.Dynamic{Entries: imagestest.Needs(needed...)}.File()
}

// made returns a host with these files. A text that begins with "-> " is a
// link.
func made(t *testing.T, files map[string]string) host {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if to, link := strings.CutPrefix(text, "-> "); link {
			err = errors.Join(err, os.Symlink(to, path))
		} else {
			err = errors.Join(err, os.WriteFile(path, []byte(text), 0o700))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return host{root: root, path: "/usr/local/bin:relative:/usr/bin"}
}

// layout returns the guest's files, with the host's files relative to its root.
func layout(t *testing.T, h host, names ...string) map[string]string {
	t.Helper()
	nodes, err := h.world(names)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range nodes {
		if got[n.Name] != "" {
			t.Errorf("%s is there twice", n.Name)
		}
		got[n.Name] = strings.TrimPrefix(n.Host, h.root)
		if n.Link != "" {
			got[n.Name] = "-> " + n.Link
		}
	}
	for name, want := range map[string]string{"/sbin": "-> bin", "/usr/bin": "-> ../bin", "/usr/sbin": "-> ../bin"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	return got
}

// A merged /usr, an alternative, one file with several names, a library that
// another library needs, and one for another machine that comes first.
func TestWorld(t *testing.T) {
	foreign := imagestest.Dynamic{Machine: elf.EM_386}.File()
	h := made(t, map[string]string{
		"bin": "-> usr/bin", "lib": "-> usr/lib", "lib64": "-> usr/lib64",
		"usr/bin/tool":                            binary(imagestest.Needs("libdeep.so.1", "libc.so.6")...),
		"usr/bin/awk":                             "-> ../../etc/alternatives/awk",
		"etc/alternatives/awk":                    "-> ../../usr/bin/mawk",
		"usr/bin/mawk":                            binary(imagestest.Needs("libc.so.6")...),
		"usr/bin/kmod":                            binary(imagestest.Needs("libc.so.6")...),
		"usr/sbin/insmod":                         "-> ../bin/kmod",
		"usr/lib/x86_64-linux-gnu/libc.so.6":      library("ld-test.so.2"),
		"usr/lib/x86_64-linux-gnu/libdeep.so.1":   "-> libdeep.so.1.2",
		"usr/lib/x86_64-linux-gnu/libdeep.so.1.2": library("libdeeper.so.3", "libc.so.6"),
		"usr/lib/x86_64-linux-gnu/libdeeper.so.3": library("libdeep.so.1"),
		"usr/lib/i386-linux-gnu/libdeeper.so.3":   foreign,
		"usr/lib64/ld-test.so.2":                  library(),
		"etc/ld.so.conf":                          "include /etc/ld.so.conf.d/*.conf\n",
		"etc/ld.so.conf.d/a.conf":                 "# 32 bits\n/lib/i386-linux-gnu\n",
		"etc/ld.so.conf.d/b.conf":                 "/lib/x86_64-linux-gnu # and\n",
	})
	const libs = "/lib/x86_64-linux-gnu/"
	want := map[string]string{
		"/bin/tool": "/usr/bin/tool", "/bin/awk": "/usr/bin/mawk", "/bin/kmod": "/usr/bin/kmod", "/bin/insmod": "-> kmod",
		loader:                "/usr/lib64/ld-test.so.2",
		libs + "libc.so.6":    "/usr" + libs + "libc.so.6",
		libs + "libdeep.so.1": "/usr" + libs + "libdeep.so.1.2", libs + "libdeeper.so.3": "/usr" + libs + "libdeeper.so.3",
	}
	if d := cmp.Diff(want, layout(t, h, "tool", "awk", "kmod", "insmod")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A directory that a program or library itself names comes first.
func TestOwnDirectories(t *testing.T) {
	h := made(t, map[string]string{
		"usr/local/bin/rpath": binary(append(imagestest.Needs("libx.so", "libc.so.6"), imagestest.DynamicEntry{Tag: elf.DT_RPATH, Text: "relative:/opt/x/lib"})...),
		"opt/x/lib/libx.so":   library(), "lib/libx.so": library(), "lib64/libc.so.6": library(), "lib64/ld-test.so.2": library(),
	})
	want := map[string]string{"/bin/rpath": "/usr/local/bin/rpath", loader: loader, "/lib64/libx.so": "/opt/x/lib/libx.so", "/lib64/libc.so.6": "/lib64/libc.so.6"}
	if d := cmp.Diff(want, layout(t, h, "rpath")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := originOf(t); got != "/opt/x/lib" {
		t.Errorf("$ORIGIN: %q", got)
	}
}

// originOf reads a library in /opt/x/bin that names its directory by $ORIGIN.
func originOf(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lib.so")
	text := imagestest.Dynamic{Entries: []imagestest.DynamicEntry{{Tag: elf.DT_RUNPATH, Text: "${ORIGIN}/../lib"}, {Tag: elf.DT_RPATH, Text: "/old"}}}.File()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return strings.Join(ownDirs(f, "/opt/x/bin"), ":")
}

func TestWorldFails(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no library":        {map[string]string{"usr/bin/x": binary(imagestest.Needs("libnone.so")...), "lib64/ld-test.so.2": library()}, "needs the library libnone.so, which is not on this host"},
		"no loader":         {map[string]string{"usr/bin/x": binary()}, "no such file"},
		"a script":          {map[string]string{"usr/bin/x": "#!/bin/sh\n"}, "is not a program that a guest can run"},
		"a path as library": {map[string]string{"usr/bin/x": binary(imagestest.Needs("../x.so")...), "lib64/ld-test.so.2": library(), "x.so": library()}, "needs the library ../x.so"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := made(t, c.files).world([]string{"x"}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// The search ends although a file includes itself.
func TestConfigurationIncludesItself(t *testing.T) {
	h := made(t, map[string]string{"etc/ld.so.conf": "include ld.so.conf\n/a\n"})
	if got := h.configured(); len(got) != deepestInc+1 {
		t.Errorf("%q", got)
	}
}

func TestMissingNamesPackages(t *testing.T) {
	t.Setenv("PATH", "")
	_, err := Of("", []depends.Need{{Name: "no-such-program"}, {Name: "kmod-of-none"}})
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.User || !strings.Contains(err.Error(), "no-such-program, kmod-of-none") || !strings.Contains(e.Advice, "no-such-program") {
		t.Errorf("%v", err)
	}
}
