// SPDX-License-Identifier: Apache-2.0

package packagefiletest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Layouts are the ways in which distributions split a kernel into packages, by name.
var Layouts = map[string]func(Kernel, maker){
	"debian": debian, "ubuntu": ubuntu, "bindeb": bindeb, "binrpm": binrpm, "fedora": fedora, "suse": suse, "tumbleweed": tumbleweed,
}

// Packages makes the packages of a layout, and returns their directory.
func (k Kernel) Packages(t testing.TB, layout string) string {
	t.Helper()
	k.t = t
	m := maker{t, t.TempDir()}
	Layouts[layout](k, m)
	return m.dir
}

func debian(k Kernel, m maker) {
	common, kbuild := "linux-headers-"+k.release+"-common", "linux-kbuild-"+k.release
	kdir := "/usr/src/linux-headers-" + k.release
	m.deb("linux-image-"+k.release, "amd64", func(root string) {
		k.file(k.image, root+"/boot/vmlinuz-"+k.release)
		k.file(k.config, root+"/boot/config-"+k.release)
	})
	m.deb("linux-headers-"+k.release, "amd64", func(root string) {
		k.copy(k.built, root+kdir, ".config", "Module.symvers", "arch", "include")
		k.text(root+kdir+"/Makefile", "include /usr/src/"+common+"/Makefile\n")
		k.link("../../lib/"+kbuild+"/scripts", root+kdir+"/scripts")
		k.link("../../lib/"+kbuild+"/tools", root+kdir+"/tools")
		k.link(kdir, root+"/lib/modules/"+k.release+"/build")
	})
	m.deb(common, "all", func(root string) {
		k.copy(k.source, root+"/usr/src/"+common, "Makefile", "arch", "include")
		k.link("../../lib/"+kbuild+"/scripts", root+"/usr/src/"+common+"/scripts")
		k.link("../../lib/"+kbuild+"/tools", root+"/usr/src/"+common+"/tools")
	})
	m.deb(kbuild, "amd64", func(root string) {
		k.copy(k.source, root+"/usr/lib/"+kbuild, "scripts")
		k.copy(k.built, root+"/usr/lib/"+kbuild, "scripts", "tools")
	})
}

func ubuntu(k Kernel, m maker) {
	common := "linux-headers-" + strings.TrimSuffix(k.release, "-klptest")
	m.deb("linux-image-"+k.release, "amd64", func(root string) { k.file(k.image, root+"/boot/vmlinuz-"+k.release) })
	m.deb("linux-modules-"+k.release, "amd64", func(root string) { k.file(k.config, root+"/boot/config-"+k.release) })
	m.deb("linux-headers-"+k.release, "amd64", func(root string) {
		kdir := root + "/usr/src/linux-headers-" + k.release
		k.all(k.built, kdir)
		k.linkMissing(kdir, k.source, "..", common)
	})
	m.deb(common, "all", func(root string) { k.all(k.source, root+"/usr/src/"+common) })
}

// linkMissing links to each file of the source that dir lacks, or to the highest
// directory that it lacks, as Ubuntu's debian/scripts/link-headers does.
func (k Kernel) linkMissing(dir, source, up, common string) {
	k.t.Helper()
	entries, err := os.ReadDir(source)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range entries {
		here := filepath.Join(dir, e.Name())
		switch info, err := os.Lstat(here); {
		case err != nil:
			k.link(filepath.Join(up, common, strings.TrimPrefix(filepath.Join(source, e.Name()), k.source)), here)
		case info.IsDir():
			k.linkMissing(here, filepath.Join(source, e.Name()), filepath.Join("..", up), common)
		}
	}
}

// bindeb makes the packages of make bindeb-pkg.
func bindeb(k Kernel, m maker) {
	m.deb("linux-image-"+k.release, "amd64", func(root string) {
		k.file(k.image, root+"/boot/vmlinuz-"+k.release)
		k.file(k.config, root+"/boot/config-"+k.release)
	})
	m.deb("linux-headers-"+k.release, "amd64", func(root string) { k.whole(root + "/usr/src/linux-headers-" + k.release) })
}

// whole puts both parts of the headers into dir.
func (k Kernel) whole(dir string) {
	k.all(k.source, dir)
	k.all(k.built, dir)
}

func fedora(k Kernel, m maker) {
	m.rpm("kernel-core", "300.fc43", "x86_64", "w3.zstdio", func(root string) {
		k.file(k.image, root+"/lib/modules/"+k.release+"/vmlinuz")
		k.file(k.config, root+"/lib/modules/"+k.release+"/config")
		k.link("/usr/src/kernels/"+k.release, root+"/lib/modules/"+k.release+"/build")
	})
	m.rpm("kernel-modules-core", "300.fc43", "x86_64", "w3.zstdio", func(root string) { k.modules(root + "/lib/modules/") })
	m.rpm("kernel-devel", "300.fc43", "x86_64", "w3.zstdio", func(root string) { k.whole(root + "/usr/src/kernels/" + k.release) })
}

// modules adds a module that the guest does not need.
func (k Kernel) modules(dir string) {
	k.file(k.config, dir+k.release+"/kernel/drivers/char/other.ko")
	k.shell("xz '" + dir + k.release + "/kernel/drivers/char/other.ko'")
}

// binrpm makes the packages of make binrpm-pkg (scripts/package/kernel.spec). Their
// headers have no .config.
func binrpm(k Kernel, m maker) {
	m.rpm("kernel", "1", "x86_64", "w9.gzdio", func(root string) {
		k.file(k.image, root+"/lib/modules/"+k.release+"/vmlinuz")
		k.file(k.config, root+"/lib/modules/"+k.release+"/config")
	})
	m.rpm("kernel-devel", "1", "x86_64", "w9.gzdio", func(root string) {
		k.whole(root + "/usr/src/kernels/" + k.release)
		k.shell("rm '" + root + "/usr/src/kernels/" + k.release + "/.config'")
	})
}

func suse(k Kernel, m maker) {
	m.rpm("kernel-default", "150700.51.1", "x86_64", "w0.xzdio", func(root string) {
		k.file(k.image, root+"/boot/vmlinuz-"+k.release)
		k.file(k.config, root+"/boot/config-"+k.release)
		k.modules(root + "/lib/modules/")
	})
	k.suseHeaders(m, "150700.51", "w0.xzdio", "include ../../../linux-6.12-150700.51/Makefile\n")
}

// tumbleweed has a merged /usr. Its Makefile is as make O= writes it.
func tumbleweed(k Kernel, m maker) {
	m.rpm("kernel-default", "1.1", "x86_64", "w3.zstdio", func(root string) {
		k.file(k.image, root+"/usr/lib/modules/"+k.release+"/vmlinuz")
		k.file(k.config, root+"/usr/lib/modules/"+k.release+"/config")
		k.modules(root + "/usr/lib/modules/")
	})
	k.suseHeaders(m, "1", "w3.zstdio", "include /usr/src/linux-6.12-1/Makefile\n")
}

func (k Kernel) suseHeaders(m maker, release, payload, makefile string) {
	src := "/usr/src/linux-6.12-" + release
	m.rpm("kernel-default-devel", release+".1", "x86_64", payload, func(root string) {
		kdir := root + src + "-obj/x86_64/default"
		k.all(k.built, kdir)
		k.text(kdir+"/Makefile", makefile)
		k.link(src+"-obj/x86_64/default", root+"/lib/modules/"+k.release+"/build")
	})
	m.rpm("kernel-devel", release+".2", "noarch", payload, func(root string) { k.all(k.source, root+src) })
}
