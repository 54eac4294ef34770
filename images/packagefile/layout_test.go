// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

const config = "CONFIG_X86_64=y\nCONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\n"

// file and link are entries of packages.
func file(name, text string) imagestest.Entry { return imagestest.File("./"+name, text) }
func link(name, to string) imagestest.Entry   { return imagestest.Link("./"+name, to) }

// deb adds a package of version 1.2-3 to the files of a layout, by its file
// name.
func deb(files map[string]string, name, arch string, entries ...imagestest.Entry) {
	files[name+"_1.2-3_"+arch+".deb"] = imagestest.Deb(name, "1.2-3", arch, imagestest.XZed(imagestest.Tar(entries...)))
}

func rpm(files map[string]string, name, release, arch string, entries ...imagestest.Entry) {
	files[name+"-1.2-"+release+"."+arch+".rpm"] = imagestest.RPM(name, "1.2", release, arch, imagestest.Zstd(imagestest.Cpio(entries...)))
}

func image(release string) string {
	return imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), release)
}

var console = imagestest.XZed(imagestest.Module("virtio_console", ""))

// headers returns the files that each distribution has in the headers of a
// kernel.
func headers(dir, release, makefile string) []imagestest.Entry {
	return []imagestest.Entry{file(dir+"/Makefile", makefile), file(dir+"/.config", config), file(dir+"/Module.symvers", ""),
		file(dir+"/"+releaseFile, release+"\n"), file(dir+"/vmlinux", "BTF")}
}

// layout is the packages of a kernel as a distribution splits them.
type layout struct {
	files   map[string]string
	release string
	kdir    string
	headers string // further directories
}

// debian is Debian's layout until 6.18.
func debian() layout {
	const r = "1.2+deb13-amd64"
	l := debianHeaders(r, "1.2+deb13")
	deb(l.files, "linux-image-"+r, "amd64", file("boot/vmlinuz-"+r, image(r)), file("boot/config-"+r, config),
		file("usr/lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.xz", console), file("usr/lib/modules/"+r+"/kernel/fs/large.ko.xz", ""))
	return l
}

// debianNow is Debian's layout since 7.2.
func debianNow() layout {
	const r = "1.2+deb14-amd64"
	l := debianHeaders(r, "1.2+deb14")
	deb(l.files, "linux-image-"+r, "amd64")
	deb(l.files, "linux-binary-"+r, "amd64", file("usr/lib/modules/"+r+"/vmlinuz", image(r)))
	deb(l.files, "linux-base-"+r, "amd64", file("usr/lib/modules/"+r+"/config", config))
	deb(l.files, "linux-modules-"+r, "amd64", file("usr/lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.xz", console))
	return l
}

func debianHeaders(r, abi string) layout {
	kdir, common, kbuild := "usr/src/linux-headers-"+r, "linux-headers-"+abi+"-common", "linux-kbuild-"+abi
	files := map[string]string{}
	deb(files, "linux-headers-"+r, "amd64", append(headers(kdir, r, "include /usr/src/"+common+"/Makefile\n"),
		link(kdir+"/scripts", "../../lib/"+kbuild+"/scripts"), link("usr/lib/modules/"+r+"/build", "/"+kdir))...)
	deb(files, common, "all", file("usr/src/"+common+"/Makefile", "all:\n"))
	deb(files, kbuild, "amd64", file("usr/lib/"+kbuild+"/scripts/Makefile.build", "#\n"))
	return layout{files, r, kdir, "usr/src/" + common + " usr/lib/" + kbuild}
}

func ubuntu() layout {
	const r, common = "1.2-45-generic", "linux-headers-1.2-45"
	files := map[string]string{}
	deb(files, "linux-image-"+r, "amd64", file("boot/vmlinuz-"+r, image(r)))
	deb(files, "linux-modules-"+r, "amd64", file("boot/config-"+r, config),
		file("lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.zst", imagestest.Zstd(imagestest.Module("virtio_console", ""))))
	kdir := "usr/src/linux-headers-" + r
	deb(files, "linux-headers-"+r, "amd64", file(kdir+"/.config", config), file(kdir+"/Module.symvers", ""), file(kdir+"/"+releaseFile, r+"\n"),
		link(kdir+"/Makefile", "../"+common+"/Makefile"), file(kdir+"/scripts/basic/fixdep", "ELF"), link(kdir+"/scripts/Makefile.build", "../../"+common+"/scripts/Makefile.build"))
	deb(files, common, "all", file("usr/src/"+common+"/Makefile", "all:\n"), file("usr/src/"+common+"/scripts/Makefile.build", "#\n"))
	return layout{files, r, kdir, "usr/src/" + common}
}

// bindeb is the layout of make bindeb-pkg.
func bindeb() layout {
	const r = "1.2.0-rc3+"
	files := map[string]string{}
	deb(files, "linux-image-"+r, "amd64", file("boot/vmlinuz-"+r, image(r)), file("boot/config-"+r, config),
		file("lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko", imagestest.Module("virtio_console", "")))
	deb(files, "linux-image-"+r+"-dbg", "amd64", file("usr/lib/debug/x", ""))
	deb(files, "linux-libc-dev", "amd64", file("usr/include/linux/x.h", ""))
	deb(files, "linux-headers-"+r, "amd64", append(headers("usr/src/linux-headers-"+r, r, "all:\n"), file("usr/src/linux-headers-"+r+"/scripts/Makefile.build", ""))...)
	return layout{files, r, "usr/src/linux-headers-" + r, ""}
}

func fedora() layout {
	const r = "1.2-300.fc43.x86_64"
	files := map[string]string{}
	rpm(files, "kernel", "300.fc43", "x86_64")
	rpm(files, "kernel-core", "300.fc43", "x86_64", file("lib/modules/"+r+"/vmlinuz", image(r)), file("lib/modules/"+r+"/config", config),
		link("lib/modules/"+r+"/build", "/usr/src/kernels/"+r))
	rpm(files, "kernel-modules-core", "300.fc43", "x86_64", file("lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.xz", console))
	rpm(files, "kernel-devel", "300.fc43", "x86_64", append(headers("usr/src/kernels/"+r, r, "all:\n"), file("usr/src/kernels/"+r+"/scripts/Makefile.build", ""))...)
	rpm(files, "kernel-debuginfo", "300.fc43", "x86_64", file("usr/lib/debug/x", ""))
	rpm(files, "kernel-headers", "1.fc43", "x86_64", file("usr/include/linux/x.h", ""))
	return layout{files, r, "usr/src/kernels/" + r, ""}
}

// binrpm is the layout of make binrpm-pkg. Its headers have no .config.
func binrpm() layout {
	const r = "1.2-klptest"
	kdir := "usr/src/kernels/" + r
	files := map[string]string{}
	rpm(files, "kernel", "1", "x86_64", file("lib/modules/"+r+"/vmlinuz", image(r)), file("lib/modules/"+r+"/config", config),
		file("lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko", imagestest.Module("virtio_console", "")))
	rpm(files, "kernel-devel", "1", "x86_64", file(kdir+"/Makefile", "all:\n"), file(kdir+"/Module.symvers", ""), file(kdir+"/"+releaseFile, r+"\n"), file(kdir+"/scripts/x", ""))
	return layout{files, r, kdir, ""}
}

func suse() layout {
	const r = "1.2-150700.51-default"
	files := map[string]string{}
	rpm(files, "kernel-default", "150700.51.1", "x86_64", file("boot/vmlinuz-"+r, image(r)), file("boot/config-"+r, config), file("boot/.vmlinuz-"+r+".hmac", ""),
		imagestest.Linked(9, "./lib/modules/"+r+"/kernel/drivers/char/other.ko.xz", ""), imagestest.Linked(9, "./lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.xz", console))
	kdir := "usr/src/linux-1.2-150700.51-obj/x86_64/default"
	rpm(files, "kernel-default-devel", "150700.51.1", "x86_64", append(headers(kdir, r, "include ../../../linux-1.2-150700.51/Makefile\n"), file(kdir+"/scripts/basic/fixdep", "ELF"))...)
	rpm(files, "kernel-devel", "150700.51.2", "noarch", file("usr/src/linux-1.2-150700.51/Makefile", "all:\n"))
	rpm(files, "kernel-macros", "150700.51.2", "noarch")
	return layout{files, r, kdir, "usr/src/linux-1.2-150700.51"}
}

// tumbleweed is SUSE's layout with a merged /usr.
func tumbleweed() layout {
	const r = "1.2-1-default"
	files := map[string]string{}
	rpm(files, "kernel-default", "1.1", "x86_64", file("usr/lib/modules/"+r+"/vmlinuz", image(r)), file("usr/lib/modules/"+r+"/config", config),
		file("usr/lib/modules/"+r+"/kernel/drivers/char/virtio_console.ko.zst", imagestest.Zstd(imagestest.Module("virtio_console", ""))))
	kdir := "usr/src/linux-1.2-1-obj/x86_64/default"
	rpm(files, "kernel-default-devel", "1.1", "x86_64", append(headers(kdir, r, "export KBUILD_OUTPUT = /"+kdir+"\ninclude /usr/src/linux-1.2-1/Makefile\n"), file(kdir+"/scripts/basic/fixdep", "ELF"))...)
	rpm(files, "kernel-devel", "1.1", "noarch", file("usr/src/linux-1.2-1/Makefile", "all:\n"))
	return layout{files, r, kdir, "usr/src/linux-1.2-1"}
}

var layouts = map[string]func() layout{
	"debian": debian, "debianNow": debianNow, "ubuntu": ubuntu, "bindeb": bindeb, "binrpm": binrpm, "fedora": fedora, "suse": suse, "tumbleweed": tumbleweed,
}

// put writes the packages to a directory.
func (l layout) put(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range l.files {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return dir
}

// only returns the name of the one file with this prefix.
func (l layout) only(t testing.TB, prefix string) string {
	t.Helper()
	found := ""
	for name := range l.files {
		if strings.HasPrefix(name, prefix) {
			if found != "" {
				t.Fatalf("%s and %s", found, name)
			}
			found = name
		}
	}
	return found
}
