// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

const selftests = "tools/testing/selftests/livepatch"

// offerSource makes apt offer the source of a version.
func offerSource(t *testing.T, pool, version, tarball string) {
	t.Helper()
	deb := imagestest.Tar(imagestest.File("./usr/src/linux-source-6.12.tar.xz", tarball), imagestest.File("./usr/share/doc/linux-source-6.12/copyright", "x"))
	filetest.Put(t, filepath.Join(pool, "linux-source-6.12.deb"), deb)
	filetest.Put(t, filepath.Join(pool, "madison"), debiantest.Madison("linux-source-6.12 6.12.1-1", "linux-source-6.12 "+version))
	filetest.Put(t, filepath.Join(pool, "uris"), "'http://mirror.example/x' linux-source-6.12_1_all.deb "+itoa(len(deb))+" SHA256:00\n")
}

func itoa(n int) string { return strings.TrimSuffix(megabytes(int64(n)*1_000_000), " MB") }

func someSource(t *testing.T) string {
	t.Helper()
	const top = "linux-source-6.12/"
	return imagestest.XZed(imagestest.Tar(imagestest.File(top+"Makefile", "x"), imagestest.File(top+"lib/livepatch/test_klp_a.c", "a"),
		imagestest.File(top+selftests+"/test-state.sh", "state"), imagestest.File(top+selftests+"x/test-state.sh", "no")))
}

// The cache keeps the selftests of the source, which is fetched once.
func TestSource(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	var said strings.Builder
	o := images.Options{Notice: func(line string) { said.WriteString(line + "\n") }}
	offerSource(t, pool, "6.12.7-1", someSource(t))
	k := &images.Kernel{Name: "debian:6.12.7-1"}
	dir, err := source(t.Context(), c, k, selftests, o)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{selftests + "/test-state.sh": true, "lib/livepatch/test_klp_a.c": true, "Makefile": false, selftests + "x": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.Contains(said.String(), "downloading linux-source-6.12 1 MB") || strings.Contains(said.String(), "the selftests are those of") {
		t.Errorf("%s", said.String())
	}
	if err := os.Remove(filepath.Join(pool, "linux-source-6.12.deb")); err != nil {
		t.Fatal(err)
	}
	if again, err := source(t.Context(), c, k, selftests, o); again != dir || err != nil {
		t.Errorf("again: %s, %v", again, err)
	}
	wantClean(t, c)
}

// Another source of the series replaces one that is gone, and a notice says so.
func TestSourceOfAnotherVersion(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	offerSource(t, pool, "6.12.9-1", someSource(t))
	var said string
	o := images.Options{Notice: func(line string) { said += line + "\n" }}
	dir, err := source(t.Context(), c, &images.Kernel{Name: "debian:6.12.7-1"}, selftests, o)
	if err != nil || filepath.Base(dir) != "debian-6.12.9-1" || !strings.Contains(said, "the selftests are those of linux-source-6.12 6.12.9-1: Debian has no source of 6.12.7-1\n") {
		t.Errorf("%s, %v, said %s", dir, err, said)
	}
}

func TestNoSource(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	ps := images.Providers{Provider()}
	k := &images.Kernel{Name: "debian:6.12.7-1"}
	_, err := ps.Source(t.Context(), c, k, selftests, images.Options{}) // apt knows kernels only
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Party != blame.User || !strings.Contains(e.Advice, "--src DIR") {
		t.Errorf("%v", err)
	}
	if dir, err := source(t.Context(), c, k, "mm", images.Options{}); dir != "" || err != nil {
		t.Errorf("a part that is not kept: %q, %v", dir, err)
	}
	for name, tarball := range map[string]string{
		"damaged":       "\xfd7zXZ\x00 no",
		"leads upwards": imagestest.XZed(imagestest.Tar(imagestest.File("linux/../../x/"+selftests+"/x", ""))),
	} {
		offerSource(t, pool, "6.12.7-1", tarball)
		if dir, err := source(t.Context(), c, k, selftests, images.Options{}); err == nil {
			t.Errorf("%s: %s", name, dir)
		}
		wantClean(t, c)
	}
}
