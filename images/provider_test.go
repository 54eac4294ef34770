// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache"
)

// made returns a provider of kernels whose names have a prefix.
func made(prefix string, kdir bool) Provider {
	return Provider{
		TakesKDir: kdir,
		Match: func(spec string) (bool, error) {
			if spec == prefix {
				return false, BadNotation("%s of what", spec)
			}
			return strings.HasPrefix(spec, prefix), nil
		},
		Resolve: func(_ context.Context, _ *cache.Cache, spec string, o Options) (*Kernel, error) {
			o.Tell("resolving")
			return &Kernel{Name: prefix + " made " + spec + o.KDir}, nil
		},
		List: func(context.Context, *cache.Cache) ([]Listing, error) {
			return []Listing{{Spec: prefix + "1"}}, errors.New("not all of " + prefix)
		},
	}
}

func TestTheFirstThatMatchesResolves(t *testing.T) {
	ps := Providers{made("a:", false), made("a:b", false), made("", true)}
	for _, c := range []struct{ spec, kdir, want string }{
		{"a:b", "", "a: made a:b"},
		{"b", "", " made b"},
		{"b", "/k", " made b/k"},
	} {
		k, err := ps.Resolve(t.Context(), nil, c.spec, Options{KDir: c.kdir})
		if err != nil || k.Name != c.want || k.Spec != c.spec || !k.Live() {
			t.Errorf("%+v: %+v, %v", c, k, err)
		}
	}
}

func TestWhatIsNoKernel(t *testing.T) {
	ps := Providers{made("a:", false), made("b:", false)}
	ps[0].Notations = []Notation{{"a:", "a"}}
	for _, c := range []struct{ spec, kdir, want string }{
		{"", "", "no kernel is named"},
		{"a\nb", "", `not a kernel: "a\nb"`},
		{"a:\x00", "", `not a kernel: "a:\x00"`},
		{"\xff", "", `not a kernel: "\xff"`},
		{"c:1", "", `not a kernel: "c:1"`},
		{"a:", "", "a: of what\na kernel is one of:"},
		{"a:", "/k", "a: of what"},
		{"a:1", "/k", "leave --kdir out"},
	} {
		_, err := ps.Resolve(t.Context(), nil, c.spec, Options{KDir: c.kdir})
		imagestest.WantUserError(t, err, c.want)
	}
}

func TestListIsOfAllProviders(t *testing.T) {
	ps := Providers{made("a:", false), {}, made("b:", false)}
	list, err := ps.List(t.Context(), nil)
	if diff := cmp.Diff([]Listing{{Spec: "a:1"}, {Spec: "b:1"}}, list); diff != "" {
		t.Error(diff)
	}
	if err == nil || err.Error() != "not all of a:; not all of b:" {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if list, err := ps.List(ctx, nil); list != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", list, err)
	}
}

func TestKernelWithoutLivepatch(t *testing.T) {
	k := &Kernel{Name: "6.12.0-x", Config: map[string]string{"MODULES": "y"}}
	imagestest.WantUserError(t, refuseWithoutLivepatch(k), "6.12.0-x is built without CONFIG_LIVEPATCH")
	k.Config = nil
	if err := refuseWithoutLivepatch(k); err != nil {
		t.Errorf("nothing is known of it: %v", err)
	}
}
