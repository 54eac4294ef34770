// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// without removes the packages with these prefixes.
func (l layout) without(prefixes ...string) layout {
	maps.DeleteFunc(l.files, func(name, _ string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
		return false
	})
	return l
}

// with changes one package.
func (l layout) with(t *testing.T, prefix string, change func(string) string) layout {
	name := l.only(t, prefix)
	l.files[name] = change(l.files[name])
	return l
}

// and adds a package.
func (l layout) and(name, text string) layout {
	l.files[name] = text
	return l
}

func TestBadPackages(t *testing.T) {
	const r = "1.2-300.fc43.x86_64"
	devel := func(entries ...imagestest.Entry) layout {
		l := fedora().without("kernel-devel")
		rpm(l.files, "kernel-devel", "300.fc43", "x86_64", entries...)
		return l
	}
	core := func(entries ...imagestest.Entry) layout {
		l := fedora().without("kernel-core")
		rpm(l.files, "kernel-core", "300.fc43", "x86_64", entries...)
		return l
	}
	cut := func(n int) func(string) string { return func(s string) string { return s[:len(s)-n] } }
	flip := func(s string) string { return s[:len(s)-40] + string(s[len(s)-40]^1) + s[len(s)-39:] }
	for name, c := range map[string]struct {
		layout
		want string
	}{
		"an .rpm cut short":         {fedora().with(t, "kernel-devel", cut(20)), "kernel-devel-1.2-300.fc43.x86_64.rpm: unexpected EOF\nthe file is damaged"},
		"an .rpm without a payload": {fedora().with(t, "kernel-devel", func(s string) string { return s[:200] }), "the header at byte"},
		"a changed .rpm":            {fedora().with(t, "kernel-devel", flip), "kernel-devel-1.2-300.fc43.x86_64.rpm: "},
		"another checksum":          {fedora().and("kernel-x-devel.rpm", strings.Replace(imagestest.RPM("kernel-x-devel", "1.2", "300.fc43", "x86_64", imagestest.Cpio(file("usr/src/x", "original"))), "original", "modified", 1)), "kernel-x-devel.rpm: it does not have the checksum"},
		"no .rpm":                   {fedora().with(t, "kernel-devel", func(string) string { return "<html>" }), "not an .rpm\nthe file is damaged"},
		"a .deb cut short":          {debian().with(t, "linux-image", cut(20)), "its data.tar.xz is cut short"},
		"a changed .deb":            {debian().with(t, "linux-image", flip), "xz failed"},
		"no .deb":                   {debian().with(t, "linux-image", func(string) string { return "<html>" }), "not a .deb"},
		"a name with a newline":     {fedora().and("kernel-x.rpm", imagestest.RPM("kernel\n", "1", "2", "x86_64", "")), `it is called "kernel\n"`},
		"upwards":                   {devel(file("../../evil", "x")), "leaves the package"},
		"absolute":                  {devel(imagestest.File("/evil", "x")), "leaves the package"},
		"a device":                  {devel(imagestest.Device("./usr/src/kernels/sda")), "neither file, directory nor link"},
		"an absolute link":          {devel(link("usr/src/kernels/x", "/etc")), "a link leaves the package"},
		"links of two packages":     {devel(link("usr/src/kernels/l", "../b/../../../evil")).and("kernel-x-devel.rpm", imagestest.RPM("kernel-x-devel", "1.2", "300.fc43", "x86_64", imagestest.Cpio(link("usr/src/b", ".")))), "a link leaves the package"},
		"another architecture":      {layout{files: map[string]string{"kernel-core.rpm": imagestest.RPM("kernel-core", "1", "2", "aarch64", "")}}, "kernel-core.rpm is for aarch64: only x86_64 kernels can be tested\nuse the packages for x86_64"},
		"a source":                  {layout{files: map[string]string{"kernel-core.rpm": sourceRPM("kernel-core")}}, "kernel-core.rpm is for src: only x86_64 kernels can be tested"},
		"a .deb for arm64":          {layout{files: map[string]string{"linux-image.deb": imagestest.Deb("linux-image-1", "1", "arm64", "")}}, "only amd64 kernels"},
		"nothing of a kernel":       {layout{files: map[string]string{"linux-doc.deb": imagestest.Deb("linux-doc", "1", "all", "")}}, "is of a kernel"},
		"no image":                  {fedora().without("kernel-core"), "have no kernel image: kernel, kernel-devel, kernel-modules-core\nadd the package with the image: kernel-core"},
		"no headers":                {fedora().without("kernel-devel"), "have no headers of " + r + "\nadd the packages with the headers: kernel-devel"},
		"headers of another kernel": {devel(headers("usr/src/kernels/x", "1.2-301", "")...), `have headers of "1.2-301", but the kernel is ` + r},
		"no common headers":         {ubuntu().without("linux-headers-1.2-45_"), "there is no /usr/src/linux-headers-1.2-45/Makefile\nadd the package that has it: linux-headers"},
		"no common headers, Debian": {debian().without("linux-headers-1.2+deb13-common"), "there is no /usr/src/linux-headers-1.2+deb13-common/Makefile"},
		"no kbuild":                 {debian().without("linux-kbuild"), "there is no /usr/lib/linux-kbuild-1.2+deb13/scripts"},
		"no kernel-devel of SUSE":   {suse().without("kernel-devel"), "there is no /usr/src/linux-1.2-150700.51/Makefile"},
		"no module":                 {fedora().without("kernel-modules-core"), "needs the module virtio_console, which is missing\nadd the package with the modules of " + r + ": kernel-modules-core"},
		"another image":             {core(file("lib/modules/"+r+"/vmlinuz", image("9.9")), file("lib/modules/"+r+"/config", config)), "the image that is installed as " + r + " is 9.9"},
		"no bzImage":                {core(file("lib/modules/"+r+"/vmlinuz", "MZ")), "not an x86 bzImage"},
		"a damaged configuration":   {core(file("lib/modules/"+r+"/vmlinuz", image(r)), file("lib/modules/"+r+"/config", "nonsense")), "not a kernel option"},
		"several versions":          {fedora().and("kernel-core-2.rpm", imagestest.RPM("kernel-core", "2", "1", "x86_64", "")), "several versions: 1.2-300.fc43 (kernel-1.2-300.fc43.x86_64.rpm), 2-1 (kernel-core-2.rpm)\nname one of the files"},
		"a package twice":           {fedora().and("kernel-core-copy.rpm", imagestest.RPM("kernel-core", "1.2", "300.fc43", "x86_64", "")), "holds kernel-core twice"},
		"a file twice":              {debian().and("linux-image-unsigned.deb", imagestest.Deb("linux-image-unsigned-1.2+deb13-amd64", "1.2-3", "amd64", imagestest.Tar(file("boot/vmlinuz-1.2+deb13-amd64", "x")))), "another package beside it has the same file"},
	} {
		t.Run(name, func(t *testing.T) {
			kept := cachetest.New(t)
			_, err := provided.Resolve(t.Context(), kept, c.put(t), images.Options{})
			imagestest.WantUserError(t, err, c.want)
			wantClean(t, kept)
		})
	}
}

// sourceRPM returns a source package. Its header names the architecture that it was
// made on; the lead's type tells it from a built package.
func sourceRPM(name string) string {
	data := []byte(imagestest.RPM(name, "1", "2", "x86_64", ""))
	data[7] = rpmSource
	return string(data)
}

// Packages that are still being written are not kept.
func TestPackagesThatChange(t *testing.T) {
	const name = "linux-image-unsigned-1.2.0-rc3+"
	plain := imagestest.Deb(name, "1.2-3", "amd64", imagestest.Tar(file("usr/src/x", "original")))
	dir, c := bindeb().and(name+".deb", plain).put(t), cachetest.New(t)
	_, err := provided.Resolve(t.Context(), c, dir, images.Options{Notice: func(string) {
		filetest.Put(t, filepath.Join(dir, name+".deb"), strings.Replace(plain, "original", "modified", 1))
	}})
	imagestest.WantUserError(t, err, "have changed while they were read")
	wantClean(t, c)
}

// wantClean checks that bad packages left nothing.
func wantClean(t *testing.T, c *cache.Cache) {
	t.Helper()
	for _, dir := range []string{"tmp", "kernels"} {
		left, err := os.ReadDir(filepath.Join(c.Root(), dir))
		if len(left) != 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

func TestWithoutLivepatch(t *testing.T) {
	const r = "1.2-300.fc43.x86_64"
	l := fedora().without("kernel-core")
	rpm(l.files, "kernel-core", "300.fc43", "x86_64", file("lib/modules/"+r+"/vmlinuz", image(r)), file("lib/modules/"+r+"/config", "CONFIG_X86_64=y\n"))
	_, err := provided.Resolve(t.Context(), cachetest.New(t), l.put(t), images.Options{})
	imagestest.WantUserError(t, err, "is built without CONFIG_LIVEPATCH")
}

// If no package has the configuration, that of the headers is taken.
func TestConfigurationOfTheHeaders(t *testing.T) {
	const r = "1.2-300.fc43.x86_64"
	l := fedora().without("kernel-core")
	rpm(l.files, "kernel-core", "300.fc43", "x86_64", file("lib/modules/"+r+"/vmlinuz", image(r)))
	k, err := provided.Resolve(t.Context(), cachetest.New(t), l.put(t), images.Options{})
	if err != nil || k.Config["LIVEPATCH"] != "y" {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestMissingFile(t *testing.T) {
	_, err := provided.Resolve(t.Context(), cachetest.New(t), filepath.Join(t.TempDir(), "kernel.rpm"), images.Options{})
	imagestest.WantUserError(t, err, "no such kernel")
}
