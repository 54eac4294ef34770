// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/wire"
)

func TestFollowerTakes(t *testing.T) {
	log := &kerneltest.Log{}
	log.Printk("before")
	f, err := follow(log)
	if err != nil {
		t.Fatal(err)
	}
	log.Printk("one")
	f.drain()
	log.Raw(unix.EINTR)
	log.Printk("two")
	for _, want := range [][]string{{"one", "two"}, nil} {
		got, err := f.take()
		if diff := cmp.Diff(want, machinetest.Texts(got)); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
}

func TestFollowerJoinsFragments(t *testing.T) {
	log := (&kerneltest.Log{}).Raw("6,1,1,c;alone", "6,2,1,-;a", "6,3,1,c; b", "6,4,1,+; c", "14,5,1,c;of another", "6,6,1,-;d")
	f := &follower{dev: log}
	got, err := f.take()
	want := []string{"alone", "a b c", "of another", "d"}
	if diff := cmp.Diff(want, machinetest.Texts(got)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestFollowerNeverSkips(t *testing.T) {
	for name, tc := range map[string]struct {
		log  *kerneltest.Log
		lost uint64
	}{
		"EPIPE":              {(&kerneltest.Log{}).Raw("6,1,1,-;a", unix.EPIPE, "6,9,1,-;b"), 7},
		"gap":                {(&kerneltest.Log{}).Raw("6,1,1,-;a", "6,3,1,-;b"), 1},
		"EPIPE, then no end": {(&kerneltest.Log{}).Raw("6,1,1,-;a", unix.EPIPE), 0},
		"EPIPE at first":     {(&kerneltest.Log{}).Raw(unix.EPIPE, "6,7,1,-;a"), 0},
		"backwards":          {(&kerneltest.Log{}).Raw("6,5,1,-;a", "6,3,1,-;b"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := &follower{dev: tc.log}
			for range 2 { // the error stays
				got, err := f.take()
				var overrun *wire.OverrunError
				if !errors.As(err, &overrun) || overrun.Lost != tc.lost || got != nil {
					t.Errorf("records %v, error %v", got, err)
				}
				if blame.Of(err) != blame.Rig {
					t.Errorf("blames the %v", blame.Of(err))
				}
			}
		})
	}
}

func TestFollowerStopsAtFlood(t *testing.T) {
	log := &kerneltest.Log{}
	for range machine.MaxText/8000 + 1 {
		log.Printk(strings.Repeat("x", 8000))
	}
	f := &follower{dev: log}
	if _, err := f.take(); err == nil || !strings.Contains(err.Error(), "floods its log") {
		t.Error(err)
	}
}

func TestFollowerErrors(t *testing.T) {
	for name, f := range map[string]*follower{
		"garbage": {dev: (&kerneltest.Log{}).Raw("garbage")},
		"read":    {dev: (&kerneltest.Log{}).Raw(unix.EIO)},
	} {
		if _, err := f.take(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMark(t *testing.T) {
	log := &kerneltest.Log{}
	f := &follower{dev: log}
	longest := strings.Repeat("x", maxMarker)
	if err := f.mark(longest); err != nil {
		t.Error(err)
	}
	for _, text := range []string{longest + "x", "two\nlines"} {
		if err := f.mark(text); blame.Of(err) != blame.User {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	got, err := f.take()
	if want := []string{"% " + longest}; err != nil || !cmp.Equal(want, machinetest.Texts(got)) {
		t.Error(err, machinetest.Texts(got))
	}
	if s := fmt.Sprint(got); len(got) != 1 || got[0].Facility == 0 {
		t.Errorf("a marker is not the kernel's: %s", s)
	}
}
