// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// counted makes each refresh of the lists count, and returns a function for the
// count.
func counted(t *testing.T, pool string) func() int {
	t.Helper()
	filetest.Put(t, filepath.Join(pool, "refresh"), `echo x >> "$POOL/refreshes"`)
	return func() int {
		text, _ := os.ReadFile(filepath.Join(pool, "refreshes")) // missing before the first refresh
		return strings.Count(string(text), "x")
	}
}

func trixie(t *testing.T, c *cache.Cache, o images.Options) (archive, error) {
	t.Helper()
	r, _ := releaseOf("trixie")
	return current(t.Context(), c, r, o)
}

// aged sets a stamp's time back.
func aged(t *testing.T, a archive, stamp string, age time.Duration) {
	t.Helper()
	when := time.Now().Add(-age)
	if err := os.Chtimes(a.stamp(stamp), when, when); err != nil {
		t.Fatal(err)
	}
}

func TestListsAreRefreshedOnceADay(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	refreshes := counted(t, pool)
	for _, step := range []struct {
		age  time.Duration
		want int
	}{{0, 1}, {23 * time.Hour, 1}, {25 * time.Hour, 2}, {-time.Hour, 3}} {
		if step.age != 0 {
			aged(t, archiveOf(c, releases[0]), refreshed, step.age)
		}
		if _, err := trixie(t, c, images.Options{}); err != nil || refreshes() != step.want {
			t.Errorf("lists of %v ago: %d refreshes, %v, want %d", step.age, refreshes(), err, step.want)
		}
	}
	t.Setenv(MirrorVariable, "http://other.example/debian")
	if _, err := trixie(t, c, images.Options{}); err != nil || refreshes() != 4 {
		t.Errorf("another mirror: %d refreshes, %v", refreshes(), err)
	}
}

// Lists that are only read count as used, so `klptest cache` keeps them.
func TestListsAreMarkedAsUsed(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	for range 2 {
		a, err := trixie(t, c, images.Options{})
		if err != nil {
			t.Fatal(err)
		}
		cachetest.WantUsed(t, a.dir)
		cachetest.Age(t, a.dir)
	}
}

func TestOldListsAreUsedWithoutNetwork(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	a, err := trixie(t, c, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	aged(t, a, refreshed, 48*time.Hour)
	filetest.Put(t, filepath.Join(pool, "refresh"), `echo x >> "$POOL/refreshes"; echo "E: Temporary failure resolving 'x'" >&2; exit 100`)
	var said []string
	for range 2 { // the second one does not try again
		if _, err := trixie(t, c, images.Options{Notice: func(s string) { said = append(said, s) }}); err != nil {
			t.Fatal(err)
		}
	}
	if len(said) != 2 || !strings.HasPrefix(said[1], "using the package lists of 20") || !strings.Contains(said[1], "trixie") {
		t.Errorf("said %q", said)
	}
	if text, err := os.ReadFile(filepath.Join(pool, "refreshes")); err != nil || string(text) != "x\n" {
		t.Errorf("refreshes: %q, %v", text, err)
	}
}

func TestFirstListsCannotBeHad(t *testing.T) {
	for name, c := range map[string]struct{ says, want string }{
		"no network":    {"E: Failed to fetch x  Temporary failure resolving 'mirror.example'", "there is no network to the mirror"},
		"no signature":  {"E: The repository 'x trixie InRelease' is not signed.", "the signature is not valid"},
		"old signature": {"E: Release file for x is not valid yet (invalid for another 2d)", "clock"},
		"another":       {"E: The repository 'x trixie Release' does not have a Release file.", "the mirror lacks it"},
		"a full disk":   {"E: Write error - write (28: No space left on device)", "cache prune"},
	} {
		pool, kept := debiantest.Apt(t), cachetest.New(t)
		filetest.Put(t, filepath.Join(pool, "refresh"), `echo "`+c.says+`" >&2; exit 100`)
		_, err := trixie(t, kept, images.Options{})
		imagestest.WantRigError(t, err, "cannot refresh the package lists of Debian trixie")
		if !strings.Contains(imagestest.Detail(err), c.want) {
			t.Errorf("%s: %s", name, imagestest.Detail(err))
		}
	}
}

// Settings that make apt accept an unsigned list are not taken from the host.
func TestConfiguration(t *testing.T) {
	a := archiveOf(cachetest.New(t), releases[0])
	text := a.configuration("Acquire \"\";\nAcquire::http::Proxy \"http://p:1\";\nAcquire::AllowInsecureRepositories \"1\";\nAcquire::https::CaInfo \"/x\";\nAcquire::Check-Valid-Until \"false\";\n")
	for line, want := range map[string]bool{
		"\nAcquire::http::Proxy \"http://p:1\";\n": true, "\nAcquire::https::CaInfo \"/x\";\n": true, "Insecure": false, "\nAcquire::Check-Valid-Until \"false\";\n": true,
		"\nDir::State::status \"" + a.dir + "/status\";\n": true,
	} {
		if strings.Contains(text, line) != want {
			t.Errorf("%q is there: %t\n%s", line, !want, text)
		}
	}
}

func TestSources(t *testing.T) {
	m := mirrorAt("http://mirror.example/debian")
	want := "deb [arch=amd64 signed-by=/k] http://mirror.example/debian trixie main\n" +
		"deb [arch=amd64 signed-by=/k] http://mirror.example/debian trixie-updates main\n" +
		"deb [arch=amd64 signed-by=/k] http://mirror.example/debian trixie-backports main\n" +
		"deb [arch=amd64 signed-by=/k] http://mirror.example/debian-security trixie-security main\n"
	if got := (archive{release: releases[0]}).sources(m, "/k"); got != want {
		t.Errorf("%s", got)
	}
}
