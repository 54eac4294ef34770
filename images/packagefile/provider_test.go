// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// provided is the provider as callers use it.
var provided = images.Providers{Provider()}

func TestLayouts(t *testing.T) {
	for name, made := range layouts {
		t.Run(name, func(t *testing.T) {
			l, c := made(), cachetest.New(t)
			dir := l.put(t)
			k, err := provided.Resolve(t.Context(), c, dir, images.Options{})
			if err != nil {
				t.Fatal(imagestest.Detail(err))
			}
			entry := filepath.Join(c.Root(), "kernels", k.Key)
			scheme, _, _ := strings.Cut(k.Key, "-")
			var headers []string
			for h := range strings.FieldsSeq(l.headers) {
				headers = append(headers, filepath.Join(entry, h))
			}
			want := &images.Kernel{Spec: dir, Name: scheme + ":" + l.release, Release: l.release, Image: entry + "/vmlinux", BzImage: entry + "/bzImage",
				KDir: filepath.Join(entry, l.kdir), Headers: headers, Config: map[string]string{"X86_64": "y", "LIVEPATCH": "y", "VIRTIO_CONSOLE": "m"},
				Modules: []string{entry + "/modules/00-virtio_console.ko"}, Key: k.Key}
			if diff := cmp.Diff(want, k); diff != "" {
				t.Error(diff)
			}
			for file, there := range map[string]bool{"Makefile": true, "scripts": true, "Module.symvers": true, "vmlinux": false} {
				if _, err := os.Stat(filepath.Join(k.KDir, file)); (err == nil) != there {
					t.Errorf("%s: %v", file, err)
				}
			}
			for file := range l.files {
				again, err := provided.Resolve(t.Context(), c, filepath.Join(dir, file), images.Options{Notice: func(s string) { t.Error(s) }})
				if strings.Contains(file, "-dbg") || strings.Contains(file, "libc") || strings.Contains(file, "debuginfo") || strings.Contains(file, "-macros") || strings.HasPrefix(file, "kernel-headers") {
					imagestest.WantUserError(t, err, "is not a package that a kernel is made of")
				} else if err != nil || again.Key != k.Key {
					t.Errorf("by %s: %+v, %v", file, again, err)
				}
			}
		})
	}
}

func TestMatches(t *testing.T) {
	l := fedora()
	packages := l.put(t)
	tree := imagestest.BuildTree(t)
	filetest.Put(t, filepath.Join(tree, "kernel.rpm"), "x")
	other := t.TempDir()
	filetest.Put(t, filepath.Join(other, "firefox.deb"), "x")
	for spec, want := range map[string]bool{
		packages: true, packages + "/": true, filepath.Join(packages, l.only(t, "kernel-core")): true,
		"x.deb": true, "dir:x/kernel.rpm": true, "debian:x.deb": false, "x:y.rpm": false, "debian:6.12": false, "host": false,
		tree: false, other: false, t.TempDir(): false, "/boot/vmlinuz": false, "": false,
	} {
		if got, err := provided[0].Match(spec); got != want || err != nil {
			t.Errorf("%q: %t, %v", spec, got, err)
		}
	}
}

// Only the packages of the named kernel are taken.
func TestSeveralKernelsInADirectory(t *testing.T) {
	all := ubuntu()
	other := strings.NewReplacer("-generic", "-lowlatency")
	const r = "1.2-45-lowlatency"
	deb(all.files, "linux-image-"+r, "amd64", file("boot/vmlinuz-"+r, image(r)))
	deb(all.files, "linux-headers-"+r, "amd64", append(headers("usr/src/linux-headers-"+r, r, "all:\n"), file("usr/src/linux-headers-"+r+"/scripts/x", ""))...)
	all.files["linux-image-9.9-generic_9.9_amd64.deb"] = imagestest.Deb("linux-image-9.9-generic", "9.9", "amd64", "damaged, but another version")
	all.files["linux-image-9.9-generic_9.9_arm64.deb"] = imagestest.Deb("linux-image-9.9-generic", "9.9", "arm64", "")
	dir, c := all.put(t), cachetest.New(t)
	_, err := provided.Resolve(t.Context(), c, dir, images.Options{})
	imagestest.WantUserError(t, err, "has packages of several versions: 1.2-3 (")
	k, err := provided.Resolve(t.Context(), c, filepath.Join(dir, all.only(t, "linux-image-1.2-45-generic")), images.Options{})
	if err != nil || k.Release != all.release {
		t.Errorf("%+v, %v", k, err)
	}
	_, err = provided.Resolve(t.Context(), c, filepath.Join(dir, other.Replace(all.only(t, "linux-image-1.2-45-generic"))), images.Options{})
	imagestest.WantUserError(t, err, "the guest needs the module virtio_console, which is missing\nadd the package with the modules")
}

// A damaged entry is made again from the packages. Changed packages make another
// entry.
func TestEntryFollowsThePackages(t *testing.T) {
	l, c := bindeb(), cachetest.New(t)
	dir := l.put(t)
	k, err := provided.Resolve(t.Context(), c, dir, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, k.BzImage, "damaged")
	if err := provided.Again(t.Context(), c, k, images.Options{}); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(k.BzImage); err != nil || string(text) == "damaged" {
		t.Errorf("%q, %v", text, err)
	}
	deb(l.files, "linux-headers-"+l.release, "amd64", append(headers(l.kdir, l.release, "all: #changed\n"), file(l.kdir+"/scripts/x", ""))...)
	again, err := provided.Resolve(t.Context(), c, l.put(t), images.Options{})
	if err != nil || again.Key == k.Key {
		t.Errorf("%+v, %v", again, err)
	}
}
