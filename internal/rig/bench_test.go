// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"os"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/internal/benchtest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/guest/client"
)

// The benchmarks boot guests, so they report the median and the spread of all runs
// instead of a mean: `make bench`. KLPTEST_RUN_KERNEL names the kernel.

// newRig makes a rig on the user's cache, with its modules built.
func newRig(tb testing.TB, o Options) *Rig {
	tb.Helper()
	c := cachetest.Users(tb)
	k, err := catalog.Resolve(tb.Context(), c, cmp.Or(os.Getenv("KLPTEST_RUN_KERNEL"), "debian:6.12"), images.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	r, err := New(tb.Context(), c, k, o)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := r.modules.shipped(); err != nil {
		tb.Fatal(err)
	}
	return r
}

func benchRig(b *testing.B, o Options) *Rig {
	b.Helper()
	r := newRig(b, o)
	b.Cleanup(func() {
		if err := r.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

// BenchmarkBoot measures from the start to the agent's first answer.
func BenchmarkBoot(b *testing.B) {
	r := benchRig(b, Options{})
	elf := r.kernel.Image
	for name, image := range map[string]string{"ELF": elf, "bzImage": r.kernel.BzImage} {
		b.Run(name, func(b *testing.B) {
			if image == "" {
				b.Skip("the kernel has no such image")
			}
			r.kernel.Image = image
			defer func() { r.kernel.Image = elf }()
			benchtest.Measure(b, func() func() {
				g, err := r.boot(b.Context(), r.shape())
				if err != nil {
					b.Fatal(err)
				}
				return func() { g.Close() }
			})
		})
	}
}

// BenchmarkGuest measures on one running guest. Connecting is part of
// BenchmarkCloned: a guest accepts only one connection in its life.
func BenchmarkGuest(b *testing.B) {
	r := benchRig(b, Options{})
	g, err := r.Guest(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	release, err := g.VM.Hold(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	if err := g.Agent.Begin(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("command", func(b *testing.B) {
		cat := machine.Command{Text: "cat /proc/version", Verb: machine.Cat, Args: []string{"/proc/version"}}
		benchtest.Measure(b, func() func() { do(b, g.Agent, cat); return nil })
	})
	b.Run("insmod+disable+rmmod", func(b *testing.B) {
		benchtest.Measure(b, func() func() {
			do(b, g.Agent, machine.Command{Text: "insmod klp_a states=1:1", Verb: machine.Insmod, Args: []string{"klp_a", "states=1:1"}})
			do(b, g.Agent, machine.Command{Text: "echo 0", Verb: machine.Echo, Args: []string{"0", "/sys/kernel/livepatch/klp_a/enabled"}})
			do(b, g.Agent, machine.Command{Text: "rmmod klp_a", Verb: machine.Rmmod, Args: []string{"klp_a"}})
			return nil
		})
	})
}

func do(b *testing.B, agent *client.Client, cmd machine.Command) {
	b.Helper()
	a, err := agent.Step(context.Background(), cmd, time.Minute)
	if err != nil || a.Errno != "" || a.Stall != nil {
		b.Fatalf("%s: %+v, %v", cmd.Text, a, err)
	}
}
