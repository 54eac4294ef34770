// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"errors"
	"slices"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

// providersOf names the providers that know a spec, by their first notation.
func providersOf(spec string) (forms []string) {
	for _, p := range providers {
		if ok, err := p.Match(spec); ok && err == nil {
			forms = append(forms, p.Notations[0].Form)
		}
	}
	return forms
}

func TestWhoseNotation(t *testing.T) {
	for spec, want := range map[string]string{
		"debian:6.12":                    "debian:6.12",
		"debian:6.1.0-56":                "debian:6.12",
		"host":                           "host",
		"./host":                         "DIR",
		"linux":                          "DIR",
		"../linux":                       "DIR",
		"/boot/vmlinuz-6.12":             "DIR",
		"/srv/debian:6.12":               "DIR",
		"./Host with spaces and ümlauts": "DIR",
	} {
		if got := providersOf(spec); !slices.Equal(got, []string{want}) {
			t.Errorf("%q is for %q, want %s", spec, got, want)
		}
	}
}

func TestNobodysNotation(t *testing.T) {
	const want = `a kernel is one of:
  debian:6.12                  the newest 6.12 in the apt sources (also debian:6.1)
  debian:6.12.115-1~deb12u1    that package version, or its release: debian:6.12.115+deb12
  DIR                          a kernel's source tree, which is built, or a build tree
  FILE                         a bzImage or vmlinux, with --kdir DIR
  host                         the running kernel
klptest kernel list tells what there is`
	for _, spec := range []string{"", "debian:", "debian:6", "debian:trixie", "debian:6.12/x", "debian:-o=x", "debain:6.12", "ubuntu:6.8", "a\nb", "\xff", "/does/not/exist"} {
		_, err := Resolve(t.Context(), cachetest.New(t), spec, images.Options{})
		if e, ok := errors.AsType[*blame.Error](err); !ok || e.Party != blame.User || e.Advice != want {
			t.Errorf("%q: %+v", spec, e)
		}
	}
}

func TestHeadersOfAKernelThatHasThem(t *testing.T) {
	for _, spec := range []string{"debian:6.12", "host", imagestest.BuildTree(t)} {
		_, err := Resolve(t.Context(), cachetest.New(t), spec, images.Options{KDir: "/somewhere"})
		imagestest.WantUserError(t, err, "leave --kdir out")
	}
}

func TestListHasDebiansFirst(t *testing.T) {
	debiantest.Apt(t)
	list, err := List(t.Context(), cachetest.New(t))
	if err != nil || len(list) < 2 || list[0].Spec != "debian:6.12" {
		t.Errorf("%v, %v", list, err)
	}
}

// A kernel is for one provider, so that their order need not be known.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"debian:6.12", "host", "./x", "x:y", "x:y/z", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		if got := providersOf(spec); len(got) > 1 {
			t.Errorf("%q is for %q", spec, got)
		}
	})
}
