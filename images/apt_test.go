// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
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
	t.Setenv("POOL", pool)
	fakePath(t, map[string]string{"apt-cache": fakeCache, "apt-get": fakeGet, "dpkg-deb": fakeDpkg})
	packages := map[string]string{
		"linux-image-" + fakeRelease: tarOf(
			entry{"./boot/vmlinuz-" + fakeRelease, bzImageOf(gzipped(pvhKernel()), fakeRelease), ""},
			entry{"./boot/config-" + fakeRelease, "CONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_NET=m\nCONFIG_VIRTIO_PCI=y\n", ""},
			entry{"./lib/modules/" + fakeRelease + "/kernel/drivers/net/virtio_net.ko.xz", xzed(koFile("virtio_net", "failover")), ""},
			entry{"./lib/modules/" + fakeRelease + "/kernel/net/core/failover.ko.xz", xzed(koFile("failover", "")), ""}),
		"linux-headers-" + fakeRelease: tarOf(
			entry{"./usr/src/linux-headers-" + fakeRelease + "/Makefile", "include /usr/src/" + fakeCommon + "/Makefile\n", ""},
			entry{"./usr/src/linux-headers-" + fakeRelease + "/scripts", "", "../../lib/" + fakeKbuild + "/scripts"}),
		fakeCommon: tarOf(entry{"./usr/src/" + fakeCommon + "/Makefile", "all:\n", ""}),
		fakeKbuild: tarOf(entry{"./usr/lib/" + fakeKbuild + "/scripts/Makefile.build", "#\n", ""}),
	}
	var names, lines, uris strings.Builder
	for name, text := range packages {
		put(t, filepath.Join(pool, name+".deb"), text)
		fmt.Fprintln(&names, name)
		lines.WriteString(madison(name + " 6.12.7-1"))
		fmt.Fprintf(&uris, "'http://mirror.example/%s' %s_1_all.deb %d SHA256:00\n", name, name, len(text))
	}
	put(t, filepath.Join(pool, "pkgnames"), names.String())
	put(t, filepath.Join(pool, "madison"), lines.String())
	put(t, filepath.Join(pool, "uris"), uris.String())
	put(t, filepath.Join(pool, "show"), "Package: x\nDepends: "+fakeCommon+" (= 6.12.7-1), "+fakeKbuild+", gcc-12\n")
	put(t, filepath.Join(pool, "lists"), "/var/lib/apt/lists/x_Packages.lz4\n")
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

func TestResolveDebian(t *testing.T) {
	fakeApt(t)
	c := newCache(t)
	var notices []string
	k, err := Resolve(t.Context(), c, "debian:6.12", Options{Notice: func(s string) { notices = append(notices, s) }})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(c.Root(), "kernels", "debian-6.12.7+deb13-amd64_6.12.7-1_1")
	want := &Kernel{
		Spec: "debian:6.12", Name: "debian:6.12.7-1", Release: fakeRelease, Key: filepath.Base(dir),
		Image: dir + "/vmlinux", BzImage: dir + "/bzImage", KDir: dir + "/usr/src/linux-headers-" + fakeRelease,
		Headers: []string{dir + "/usr/src/" + fakeCommon, dir + "/usr/lib/" + fakeKbuild},
		Config:  map[string]string{"LIVEPATCH": "y", "VIRTIO_NET": "m", "VIRTIO_PCI": "y"},
		Modules: []string{dir + "/modules/00-failover.ko", dir + "/modules/01-virtio_net.ko"},
	}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Error(diff)
	}
	if all := strings.Join(notices, "\n"); !strings.HasPrefix(all, "downloading linux-image-6.12.7+deb13-amd64 1 MB\n") {
		t.Errorf("notices: %s", all)
	}
	for _, path := range append(append(k.Headers, k.Modules...), k.Image, k.BzImage, k.KDir+"/scripts/Makefile.build") {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestCachedKernelIsNotFetchedAgain(t *testing.T) {
	pool := fakeApt(t)
	c := newCache(t)
	first, err := Resolve(t.Context(), c, "debian:6.12", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(pool, "uris")); err != nil {
		t.Fatal(err)
	}
	again, err := Resolve(t.Context(), c, "debian:6.12", Options{})
	if diff := cmp.Diff(first, again); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	fakePath(t, nil) // an exact version needs no apt
	for _, exact := range []string{"debian:6.12.7-1", "debian:6.12.7+deb13"} {
		k, err := Resolve(t.Context(), c, exact, Options{})
		if err != nil || k.Key != first.Key {
			t.Errorf("%s: %v, %v", exact, k, err)
		}
	}
}

func TestWithoutAptASeriesComesFromTheCache(t *testing.T) {
	for name, c := range map[string]struct {
		trouble func(pool string)
		want    string
	}{
		"no lists": {func(pool string) { put(t, pool+"/pkgnames", ""); put(t, pool+"/lists", "\n") }, "apt has no package lists"},
		"no apt":   {func(string) { fakePath(t, nil) }, "there is no apt here"},
		"not offered": {func(pool string) {
			put(t, pool+"/show", "Depends: x\n")
			put(t, pool+"/madison", madison("linux-image-6.1.0-1-amd64 6.1.2-1"))
		}, "no suite"},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := fakeApt(t), newCache(t)
			first, err := Resolve(t.Context(), kept, "debian:6.12", Options{})
			if err != nil {
				t.Fatal(err)
			}
			c.trouble(pool)
			var said []string
			again, err := Resolve(t.Context(), kept, "debian:6.12", Options{Notice: func(s string) { said = append(said, s) }})
			if diff := cmp.Diff(first, again); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
			if len(said) != 1 || !strings.HasPrefix(said[0], "using debian:6.12.7-1, which the cache has: ") || !strings.Contains(said[0], c.want) {
				t.Errorf("says %q", said)
			}
			_, err = Resolve(t.Context(), kept, "debian:6.1", Options{})
			wantUserError(t, err, c.want)
		})
	}
}

func TestNewestCached(t *testing.T) {
	c := newCache(t)
	for _, version := range []string{"6.12.9-1", "6.12.10-1", "6.1.11-1"} {
		m := manifest{Release: strings.TrimSuffix(version, "-1") + "-amd64", Version: version, Image: "linux-image"}
		_, err := c.Entry(t.Context(), kernels, m.offer().key(), func(_ context.Context, dir string) error {
			put(t, filepath.Join(dir, "config"), "")
			return m.write(dir)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if k := newestCached(c, spec{formSeries, "6.12"}); k == nil || k.Name != "debian:6.12.10-1" {
		t.Errorf("%+v", k)
	}
	if k := newestCached(c, spec{formSeries, "6.13"}); k != nil {
		t.Errorf("%+v", k)
	}
}

func TestResolveDebianFails(t *testing.T) {
	for name, c := range map[string]struct {
		spec    string
		trouble func(t *testing.T, pool string)
		want    string
	}{
		"series missing": {"debian:6.1", nil, "no suite in apt's sources has a whole 6.1 kernel"},
		"exact missing":  {"debian:6.12.8-1", nil, "the newest is debian:6.12.7-1"},
		"no kbuild": {"debian:6.12", func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, "show"), "Depends: linux-kbuild-6.12.7+deb13 (>= 6.12.8-1)\n")
		}, "image, headers and kbuild"},
		"no lists": {"debian:6.12", func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, "pkgnames"), "")
			put(t, filepath.Join(pool, "lists"), "\n")
		}, "apt-get update"},
		"no lists but installed kernels": {"debian:6.12", func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, "madison"), "")
			put(t, filepath.Join(pool, "lists"), "")
		}, "apt has no package lists"},
		"another distribution": {"debian:6.12", func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, "pkgnames"), "linux-image-6.8.0-31-generic\n")
		}, "have no Debian kernels"},
		"no apt": {"debian:6.12", func(t *testing.T, _ string) { fakePath(t, nil) }, "there is no apt here"},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := fakeApt(t), newCache(t)
			if c.trouble != nil {
				c.trouble(t, pool)
			}
			_, err := Resolve(t.Context(), kept, c.spec, Options{})
			wantUserError(t, err, c.want)
			wantClean(t, kept)
		})
	}
}

func TestFetchFails(t *testing.T) {
	image := "linux-image-" + fakeRelease + ".deb"
	for name, c := range map[string]struct {
		trouble func(t *testing.T, pool string)
		want    string
	}{
		"not on the mirror": {func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, "trouble"), `echo "E: Failed to fetch 404  Not Found" >&2; exit 100`)
		}, "cannot download linux-image-6.12.7+deb13-amd64: apt-get failed: exit status 100\nthe package lists may be old: apt-get update\nE: Failed to fetch 404"},
		"cut short": {func(t *testing.T, pool string) {
			put(t, filepath.Join(pool, image), "short")
		}, "cannot download linux-image-6.12.7+deb13-amd64: 5 bytes of"},
		"damaged": {func(t *testing.T, pool string) { replaceDeb(t, pool, image, strings.Repeat("x", 2048)) }, "cannot unpack linux-image"},
		"leads upwards": {func(t *testing.T, pool string) {
			replaceDeb(t, pool, fakeCommon+".deb", tarOf(entry{"./usr/src/../../../evil", "x", ""}))
		}, "leaves the package"},
		"without a kernel": {func(t *testing.T, pool string) { replaceDeb(t, pool, image, tarOf()) }, "bzImage"},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := fakeApt(t), newCache(t)
			c.trouble(t, pool)
			_, err := Resolve(t.Context(), kept, "debian:6.12", Options{})
			if err == nil || !strings.Contains(detail(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			wantClean(t, kept)
		})
	}
}

func detail(err error) string {
	var typed *blame.Error
	if errors.As(err, &typed) {
		return typed.Detail()
	}
	return err.Error()
}

// replaceDeb puts another package in the pool, of the size that apt knows.
func replaceDeb(t *testing.T, pool, name, text string) {
	t.Helper()
	old, err := os.ReadFile(filepath.Join(pool, name))
	if err != nil {
		t.Fatal(err)
	}
	uris, err := os.ReadFile(filepath.Join(pool, "uris"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(pool, name), text)
	base := strings.TrimSuffix(name, ".deb") + "_1_all.deb "
	put(t, filepath.Join(pool, "uris"), strings.Replace(string(uris), fmt.Sprint(base, len(old)), fmt.Sprint(base, len(text)), 1))
}

func TestCancelledDownloadLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	pool, kept := fakeApt(t), newCache(t)
	put(t, filepath.Join(pool, "trouble"), `sleep 600 & echo $! > "$POOL/begun.fifo"; wait`)
	fifo := filepath.Join(pool, "begun.fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Resolve(ctx, kept, "debian:6.12", Options{})
		done <- err
	}()
	pid, err := os.ReadFile(fifo) // until the download is under way
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantClean(t, kept)
	wantDead(t, strings.TrimSpace(string(pid)))
}

func TestKilledDownloadIsSweptByTheNext(t *testing.T) {
	pool, kept := fakeApt(t), newCache(t)
	put(t, filepath.Join(pool, "trouble"), `echo $$ > "$POOL/begun.fifo"; exec sleep 600`)
	fifo := filepath.Join(pool, "begun.fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	klptest := exec.CommandContext(t.Context(), os.Args[0])
	klptest.Env = append(os.Environ(), "KLPTEST_IMAGES_CACHE="+kept.Root())
	if err := klptest.Start(); err != nil {
		t.Fatal(err)
	}
	pid, err := os.ReadFile(fifo)
	if err != nil {
		t.Fatal(err)
	}
	if err := klptest.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = klptest.Wait() // says that it was killed
	wantDead(t, strings.TrimSpace(string(pid)))
	if kept, err = cache.Open(kept.Root()); err != nil {
		t.Fatal(err)
	}
	wantClean(t, kept)
}

// wantDead waits for a process to end, which must have been killed.
func wantDead(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 5000)
	if n != 1 {
		t.Errorf("process %d lives on, %v", pid, err)
	}
}

func TestBzImageIsBootedWhenThereIsNoVmlinux(t *testing.T) {
	pool := fakeApt(t)
	replaceDeb(t, pool, "linux-image-"+fakeRelease+".deb", tarOf(
		entry{"./boot/vmlinuz-" + fakeRelease, bzImageOf("LZO", fakeRelease), ""},
		entry{"./boot/config-" + fakeRelease, "CONFIG_LIVEPATCH=y\n", ""}))
	var last string
	k, err := Resolve(t.Context(), newCache(t), "debian:6.12", Options{Notice: func(s string) { last = s }})
	if err != nil || k.Image != k.BzImage || !strings.Contains(last, "booting the bzImage") {
		t.Errorf("%v, %v, %q", k, err, last)
	}
}

func TestDebianKernelWithoutLivepatch(t *testing.T) {
	pool := fakeApt(t)
	replaceDeb(t, pool, "linux-image-"+fakeRelease+".deb", tarOf(
		entry{"./boot/vmlinuz-" + fakeRelease, bzImageOf("LZO", fakeRelease), ""},
		entry{"./boot/config-" + fakeRelease, "# CONFIG_LIVEPATCH is not set\n", ""}))
	_, err := Resolve(t.Context(), newCache(t), "debian:6.12", Options{})
	wantUserError(t, err, "debian:6.12.7-1 is built without CONFIG_LIVEPATCH")
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

func TestSuiteFor(t *testing.T) {
	for _, c := range []struct{ series, here, want string }{
		{"6.12", "bookworm", "bookworm-security (or bookworm-backports)"},
		{"6.12", "trixie", "trixie"},
		{"6.12", "", "trixie"},
		{"6.1", "bookworm", "bookworm"},
		{"6.1", "bullseye", "bullseye-security (or bullseye-backports)"},
		{"4.0", "bookworm", ""},
	} {
		if got := suiteFor(c.series, c.here); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.series, c.here, got, c.want)
		}
	}
}

func TestNoSeriesNamesTheSuite(t *testing.T) {
	found := offers(parseMadison(aptSaid(t, "madison.txt")))
	err := noSeries("6.12", "NAME=x\nVERSION_CODENAME=bookworm\n", found)
	wantUserError(t, err, "add the suite bookworm-security (or bookworm-backports)")
	wantUserError(t, err, "debian:6.12 debian:6.1")
	wantUserError(t, noSeries("4.0", "VERSION_CODENAME=\"bookworm\"", found), "use one of these")
}
