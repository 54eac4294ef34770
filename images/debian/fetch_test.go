// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestFetchFails(t *testing.T) {
	image := "linux-image-" + debiantest.Release + ".deb"
	for name, c := range map[string]struct {
		trouble func(t *testing.T, pool string)
		want    string
	}{
		"not on the mirror": {func(t *testing.T, pool string) {
			filetest.Put(t, filepath.Join(pool, "trouble"), `echo "E: Failed to fetch 404  Not Found" >&2; exit 100`)
		}, "cannot download linux-image-6.12.7+deb13-amd64: apt-get failed: exit status 100\nthe mirror lacks it or is being updated: try again in an hour; KLPTEST_DEBIAN_MIRROR names another mirror\nE: Failed to fetch 404"},
		"cut short": {func(t *testing.T, pool string) {
			filetest.Put(t, filepath.Join(pool, image), "short")
		}, "cannot download linux-image-6.12.7+deb13-amd64: 5 bytes of"},
		"damaged": {func(t *testing.T, pool string) { debiantest.Replace(t, pool, image, strings.Repeat("x", 2048)) }, "cannot unpack linux-image"},
		"leads upwards": {func(t *testing.T, pool string) {
			debiantest.Replace(t, pool, debiantest.Common+".deb", imagestest.Tar(imagestest.File("./usr/src/../../../evil", "x")))
		}, "leaves the package"},
		"without a kernel": {func(t *testing.T, pool string) { debiantest.Replace(t, pool, image, imagestest.Tar()) }, "the packages are not complete: open "},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := debiantest.Apt(t), cachetest.New(t)
			c.trouble(t, pool)
			_, err := provided.Resolve(t.Context(), kept, "debian:6.12", images.Options{})
			if err == nil || !strings.Contains(imagestest.Detail(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			wantClean(t, kept)
		})
	}
}

func TestCancelledDownloadLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	pool, kept := debiantest.Apt(t), cachetest.New(t)
	filetest.Put(t, filepath.Join(pool, "trouble"), `sleep 600 & echo $! > "$POOL/begun.fifo"; wait`)
	fifo := filepath.Join(pool, "begun.fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := provided.Resolve(ctx, kept, "debian:6.12", images.Options{})
		done <- err
	}()
	pid, err := os.ReadFile(fifo) // blocks until the download has begun
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
	pool, kept := debiantest.Apt(t), cachetest.New(t)
	filetest.Put(t, filepath.Join(pool, "trouble"), `echo $$ > "$POOL/begun.fifo"; exec sleep 600`)
	fifo := filepath.Join(pool, "begun.fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	klptest := exec.CommandContext(t.Context(), os.Args[0])
	klptest.Env = append(os.Environ(), cacheEnv+"="+kept.Root())
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
	if kept, err = cache.Open(kept.Root(), nil); err != nil {
		t.Fatal(err)
	}
	wantClean(t, kept)
}

// wantDead waits for a killed process to end.
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
	pool := debiantest.Apt(t)
	debiantest.Replace(t, pool, "linux-image-"+debiantest.Release+".deb", imagestest.Tar(
		imagestest.File("./boot/vmlinuz-"+debiantest.Release, imagestest.BzImage("LZO", debiantest.Release)),
		imagestest.File("./boot/config-"+debiantest.Release, "CONFIG_LIVEPATCH=y\n")))
	var last string
	k, err := provided.Resolve(t.Context(), cachetest.New(t), "debian:6.12", images.Options{Notice: func(s string) { last = s }})
	if err != nil || k.Image != k.BzImage || !strings.Contains(last, "booting the bzImage") {
		t.Errorf("%v, %v, %q", k, err, last)
	}
}

func TestDebianKernelWithoutLivepatch(t *testing.T) {
	pool := debiantest.Apt(t)
	debiantest.Replace(t, pool, "linux-image-"+debiantest.Release+".deb", imagestest.Tar(
		imagestest.File("./boot/vmlinuz-"+debiantest.Release, imagestest.BzImage("LZO", debiantest.Release)),
		imagestest.File("./boot/config-"+debiantest.Release, "# CONFIG_LIVEPATCH is not set\n")))
	_, err := provided.Resolve(t.Context(), cachetest.New(t), "debian:6.12", images.Options{})
	imagestest.WantUserError(t, err, "debian:6.12.7-1 is built without CONFIG_LIVEPATCH")
}
