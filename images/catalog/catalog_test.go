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

// providersOf names the providers that match a spec, by their first notation.
// DIR takes any path, so it is left out after PACKAGES.
func providersOf(spec string) (forms []string) {
	for _, p := range providers {
		form := p.Notations[0].Form
		if ok, err := p.Match(spec); ok && err == nil && !(form == "DIR" && slices.Contains(forms, "PACKAGES")) {
			forms = append(forms, form)
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
		"x/kernel-core-6.17.rpm":         "PACKAGES",
	} {
		if got := providersOf(spec); !slices.Equal(got, []string{want}) {
			t.Errorf("%q is for %q, want %s", spec, got, want)
		}
	}
}

func TestNobodysNotation(t *testing.T) {
	const want = `a kernel is one of:
  debian:6.12                  Debian's newest 6.12, of this host's release if that has one
  debian:trixie                the newest of a release or suite (debian:trixie-backports, debian:sid)
  debian:trixie/6.12           the newest 6.12 of a release
  debian:6.12.115-1~deb12u1    that package version, or its release: debian:6.12.115+deb12
  PACKAGES                     a directory of a kernel's .deb or .rpm packages, or one of them
  DIR                          a kernel's source tree, which is built, or a build tree
  FILE                         a bzImage or vmlinux, with --kdir DIR
  host                         the running kernel
klptest kernel list tells what there is`
	for _, spec := range []string{"", "debian:", "debian:6", "debian:wood", "debian:6.12/x", "debian:-o=x", "debain:6.12", "ubuntu:6.8", "a\nb", "\xff", "/does/not/exist"} {
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
	if err != nil || len(list) < 1 || list[0].Spec != "debian:6.12.7-1" {
		t.Errorf("%v, %v", list, err)
	}
}

// A kernel matches one provider, so that users need not know their order.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"debian:6.12", "host", "./x", "x:y", "x:y/z", "x.rpm", "debian:x.deb", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		if got := providersOf(spec); len(got) > 1 {
			t.Errorf("%q is for %q", spec, got)
		}
	})
}
