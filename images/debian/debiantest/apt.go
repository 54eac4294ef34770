// SPDX-License-Identifier: Apache-2.0

package debiantest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

// aptCache answers from the files in $POOL.
const aptCache = `case "$1" in
pkgnames) exec cat "$POOL/pkgnames" ;;
madison) exec cat "$POOL/madison" ;;
show) exec cat "$POOL/show" ;;
esac
exit 100`

// aptGet downloads by copying from $POOL, and then runs $POOL/trouble. A refresh
// runs $POOL/refresh.
const aptGet = `case "$1 $2" in
"indextargets --format") exec cat "$POOL/targets" ;;
"update -q") if [ -e "$POOL/refresh" ]; then . "$POOL/refresh"; fi; exit ;;
"install --print-uris") exec cat "$POOL/closure" ;;
"download --print-uris") exec cat "$POOL/uris" ;;
esac
[ "$1 $2" = "download -q" ] || exit 1
shift 2
for p; do
	cp "$POOL/${p%%=*}.deb" "${p%%=*}_1_all.deb" || exit 100
	if [ -e "$POOL/trouble" ]; then . "$POOL/trouble"; fi
done`

// Dpkg is a dpkg-deb whose packages are plain tar archives.
const Dpkg = `[ "$1" = --fsys-tarfile ] && exec cat "$2"`

// Release is the kernel's release (uname -r). Common and Kbuild are packages of
// its headers.
const (
	Release = "6.12.7+deb13-amd64"
	Common  = "linux-headers-6.12.7+deb13-common"
	Kbuild  = "linux-kbuild-6.12.7+deb13"
)

// Apt makes apt offer one kernel, 6.12.7-1, and returns the directory with its
// answers: pkgnames, madison, show, targets, uris, closure and the packages.
func Apt(t testing.TB) (pool string) {
	t.Helper()
	pool = t.TempDir()
	where := "POOL='" + pool + "'\n"
	imagestest.Path(t, map[string]string{"apt-cache": where + aptCache, "apt-get": where + aptGet, "apt-config": "", "dpkg-deb": Dpkg})
	packages := map[string]string{
		"linux-image-" + Release: imagestest.Tar(
			imagestest.File("./boot/vmlinuz-"+Release, imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), Release)),
			imagestest.File("./boot/config-"+Release, "CONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=y\n"),
			imagestest.File("./lib/modules/"+Release+"/kernel/drivers/char/virtio_console.ko.xz", imagestest.XZed(imagestest.Module("virtio_console", "virtio_hub"))),
			imagestest.File("./lib/modules/"+Release+"/kernel/drivers/virtio/virtio_hub.ko.xz", imagestest.XZed(imagestest.Module("virtio_hub", "")))),
		"linux-headers-" + Release: imagestest.Tar(
			imagestest.File("./usr/src/linux-headers-"+Release+"/Makefile", "include /usr/src/"+Common+"/Makefile\n"),
			imagestest.Link("./usr/src/linux-headers-"+Release+"/scripts", "../../lib/"+Kbuild+"/scripts")),
		Common: imagestest.Tar(imagestest.File("./usr/src/"+Common+"/Makefile", "all:\n")),
		Kbuild: imagestest.Tar(imagestest.File("./usr/lib/"+Kbuild+"/scripts/Makefile.build", "#\n")),
	}
	var names, lines, uris strings.Builder
	for name, text := range packages {
		filetest.Put(t, filepath.Join(pool, name+".deb"), text)
		fmt.Fprintln(&names, name)
		lines.WriteString(Madison(name + " 6.12.7-1"))
		fmt.Fprintf(&uris, "'http://mirror.example/%s' %s_1_all.deb %d SHA256:00\n", name, name, len(text))
	}
	filetest.Put(t, filepath.Join(pool, "pkgnames"), names.String())
	filetest.Put(t, filepath.Join(pool, "madison"), lines.String())
	filetest.Put(t, filepath.Join(pool, "uris"), uris.String())
	filetest.Put(t, filepath.Join(pool, "show"), "Package: x\nDepends: "+Common+" (= 6.12.7-1), "+Kbuild+", gcc-12\n")
	filetest.Put(t, filepath.Join(pool, "targets"), "http://mirror.example/debian/ Debian\n")
	return pool
}

// Replace replaces a package in the pool, and updates the size that apt reports.
func Replace(t testing.TB, pool, name, text string) {
	t.Helper()
	old, err := os.ReadFile(filepath.Join(pool, name))
	if err != nil {
		t.Fatal(err)
	}
	uris, err := os.ReadFile(filepath.Join(pool, "uris"))
	if err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(pool, name), text)
	base := strings.TrimSuffix(name, ".deb") + "_1_all.deb "
	filetest.Put(t, filepath.Join(pool, "uris"), strings.Replace(string(uris), fmt.Sprint(base, len(old)), fmt.Sprint(base, len(text)), 1))
}

// Madison returns the output of apt-cache madison for "name version" pairs.
func Madison(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		name, version, _ := strings.Cut(l, " ")
		fmt.Fprintf(&b, "%s | %s | http://mirror.example/debian trixie/main amd64 Packages\n", name, version)
	}
	return b.String()
}
