// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

func TestListOffers(t *testing.T) {
	s := shelf(cachetest.New(t))
	found := offers(parseMadison(aptSaid(t, "madison.txt")))
	const suite = "bookworm-security"
	want := []images.Listing{
		{Spec: "debian:6.12.117-1~deb12u1", Release: "6.12.117+deb12-amd64", Source: suite, Cached: true, Tried: true},
		{Spec: "debian:6.12.115-2~deb12u1", Release: "6.12.115+deb12-amd64", Source: suite},
		{Spec: "debian:6.1.192-2", Release: "6.1.0-56-amd64", Source: suite},
		{Spec: "debian:6.1.192-1", Release: "6.1.0-55-amd64", Source: suite},
	}
	if diff := cmp.Diff(want, listOffers(s, found, []string{found[0].key(s)})); diff != "" {
		t.Error(diff)
	}
}

func TestList(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	if _, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{}); err != nil {
		t.Fatal(err)
	}
	list, err := provided.List(t.Context(), c)
	one := images.Listing{Spec: "debian:6.12.7-1", Release: debiantest.Release, Source: "trixie", Cached: true}
	want := []images.Listing{one}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Error(err, diff)
	}
	imagestest.Path(t, nil)
	list, err = provided.List(t.Context(), c)
	imagestest.WantRigError(t, err, "there is no apt here")
	if diff := cmp.Diff([]images.Listing{{Spec: "debian:6.12.7-1", Release: debiantest.Release, Source: "cache", Cached: true}}, list); diff != "" {
		t.Error(diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := provided.List(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
