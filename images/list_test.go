// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

func TestListOffers(t *testing.T) {
	found := offers(parseMadison(aptSaid(t, "madison.txt")))
	const suite = "bookworm-security/main"
	want := []Listing{
		{"debian:6.12", "6.12.117+deb12-amd64", suite, true},
		{"debian:6.1", "6.1.0-56-amd64", suite, false},
		{"debian:6.12.117-1~deb12u1", "6.12.117+deb12-amd64", suite, true},
		{"debian:6.12.115-2~deb12u1", "6.12.115+deb12-amd64", suite, false},
		{"debian:6.1.192-2", "6.1.0-56-amd64", suite, false},
		{"debian:6.1.192-1", "6.1.0-55-amd64", suite, false},
	}
	if diff := cmp.Diff(want, listOffers(found, []string{found[0].key()})); diff != "" {
		t.Error(diff)
	}
}

func withoutHost(list []Listing) []Listing {
	var rest []Listing
	for _, l := range list {
		if l.Spec != "host" {
			rest = append(rest, l)
		}
	}
	return rest
}

func TestList(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	if _, err := Resolve(t.Context(), c, "debian:6.12", Options{}); err != nil {
		t.Fatal(err)
	}
	list, err := List(t.Context(), c)
	want := []Listing{
		{"debian:6.12", debiantest.Release, "trixie/main", true},
		{"debian:6.12.7-1", debiantest.Release, "trixie/main", true},
	}
	if diff := cmp.Diff(want, withoutHost(list)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	imagestest.Path(t, nil)
	list, err = List(t.Context(), c)
	imagestest.WantRigError(t, err, "there is no apt here")
	if diff := cmp.Diff([]Listing{{"debian:6.12.7-1", debiantest.Release, "cache", true}}, withoutHost(list)); diff != "" {
		t.Error(diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := List(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
