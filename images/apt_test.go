// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/filetest"
)

// fakeCache answers from the files in $POOL.
const fakeCache = `case "$1" in
pkgnames) exec cat "$POOL/pkgnames" ;;
madison) exec cat "$POOL/madison" ;;
show) exec cat "$POOL/show" ;;
esac
exit 100`

// fakeGet downloads by copying from $POOL, and does what $POOL/trouble says.
const fakeGet = `case "$1 $2" in
"indextargets --format") exec cat "$POOL/lists" ;;
"update --print-uris") exec cat "$POOL/sources" ;;
"download --print-uris") exec cat "$POOL/uris" ;;
esac
[ "$1 $2 $3 $4" = "download -q -o APT::Sandbox::User=root" ] || exit 1
shift 4
for p; do
	cp "$POOL/${p%%=*}.deb" "${p%%=*}_1_all.deb" || exit 100
	if [ -e "$POOL/trouble" ]; then . "$POOL/trouble"; fi
done`

const (
	fakeRelease = "6.12.7+deb13-amd64"
	fakeCommon  = "linux-headers-6.12.7+deb13-common"
	fakeKbuild  = "linux-kbuild-6.12.7+deb13"
)

// fakeApt makes apt offer one 6.12 kernel that is made for the test, and
// returns the directory that holds what it says.
func fakeApt(t *testing.T) (pool string) {
	t.Helper()
	pool = t.TempDir()
	where := "POOL='" + pool + "'\n"
	fakePath(t, map[string]string{"apt-cache": where + fakeCache, "apt-get": where + fakeGet, "dpkg-deb": fakeDpkg})
	packages := map[string]string{
		"linux-image-" + fakeRelease: tarOf(
			entry{"./boot/vmlinuz-" + fakeRelease, bzImageOf(gzipped(pvhKernel()), fakeRelease), ""},
			entry{"./boot/config-" + fakeRelease, "CONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=y\n", ""},
			entry{"./lib/modules/" + fakeRelease + "/kernel/drivers/char/virtio_console.ko.xz", xzed(koFile("virtio_console", "virtio_hub")), ""},
			entry{"./lib/modules/" + fakeRelease + "/kernel/drivers/virtio/virtio_hub.ko.xz", xzed(koFile("virtio_hub", "")), ""}),
		"linux-headers-" + fakeRelease: tarOf(
			entry{"./usr/src/linux-headers-" + fakeRelease + "/Makefile", "include /usr/src/" + fakeCommon + "/Makefile\n", ""},
			entry{"./usr/src/linux-headers-" + fakeRelease + "/scripts", "", "../../lib/" + fakeKbuild + "/scripts"}),
		fakeCommon: tarOf(entry{"./usr/src/" + fakeCommon + "/Makefile", "all:\n", ""}),
		fakeKbuild: tarOf(entry{"./usr/lib/" + fakeKbuild + "/scripts/Makefile.build", "#\n", ""}),
	}
	var names, lines, uris strings.Builder
	for name, text := range packages {
		filetest.Put(t, filepath.Join(pool, name+".deb"), text)
		fmt.Fprintln(&names, name)
		lines.WriteString(madison(name + " 6.12.7-1"))
		fmt.Fprintf(&uris, "'http://mirror.example/%s' %s_1_all.deb %d SHA256:00\n", name, name, len(text))
	}
	filetest.Put(t, filepath.Join(pool, "pkgnames"), names.String())
	filetest.Put(t, filepath.Join(pool, "madison"), lines.String())
	filetest.Put(t, filepath.Join(pool, "uris"), uris.String())
	filetest.Put(t, filepath.Join(pool, "show"), "Package: x\nDepends: "+fakeCommon+" (= 6.12.7-1), "+fakeKbuild+", gcc-12\n")
	filetest.Put(t, filepath.Join(pool, "lists"), "trixie trixie\n")
	filetest.Put(t, filepath.Join(pool, "sources"), "'http://mirror.example/debian/dists/trixie/InRelease' mirror.example_InRelease 0 \n")
	return pool
}

// wantClean checks that nothing is left of a fetch that failed.
func wantClean(t *testing.T, c *cache.Cache) {
	t.Helper()
	for _, dir := range []string{"tmp", kernels} {
		left, err := os.ReadDir(filepath.Join(c.Root(), dir))
		if len(left) != 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

func TestParseURIs(t *testing.T) {
	want := []archive{
		{"linux-kbuild-6.1_6.1.192-2_amd64.deb", 1568188},
		{"linux-image-6.12.117+deb12-amd64_6.12.117-1~deb12u1_amd64.deb", 107179464},
	}
	if diff := cmp.Diff(want, parseURIs(aptSaid(t, "print-uris.txt"))); diff != "" {
		t.Error(diff)
	}
	if got := parseURIs("'http://x' ../../evil.deb 5 \n'http://x' a.deb -1 \nW: something\n"); got != nil {
		t.Errorf("got %v", got)
	}
}
