// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bufio"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/klptest/klptest/internal/guest/wire"
)

func TestServeRefusesGarbage(t *testing.T) {
	a, _ := newGuest(t)
	host, guest := net.Pipe()
	done := make(chan error)
	go func() { done <- a.Serve(guest) }()
	io.WriteString(host, "no JSON\n")
	if err := <-done; err == nil {
		t.Error("no error")
	}
}

// TestServeStaysAwake: a guest whose time jumps is not idle between two requests, and may
// be during each.
func TestServeStaysAwake(t *testing.T) {
	for _, jumps := range []bool{true, false} {
		a, _ := newGuest(t)
		var told []bool
		a.StayAwake = func(on bool) { told = append(told, on) }
		host, guest := net.Pipe()
		done := make(chan error)
		go func() { done <- a.Serve(guest) }()
		answers := bufio.NewReader(host)
		for id, op := range []wire.Operation{wire.OpHello, wire.OpSurvey} {
			if err := wire.WriteLine(host, wire.Request{ID: uint64(id + 1), Op: op, Version: wire.Version, Jumps: jumps}); err != nil {
				t.Fatal(err)
			}
			if _, err := wire.ReadLine(answers); err != nil {
				t.Fatal(err)
			}
		}
		host.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := []bool{true, false, true}
		if !jumps {
			want = nil
		}
		if !slices.Equal(told, want) {
			t.Errorf("jumps %t: awake %v, want %v", jumps, told, want)
		}
	}
}

// TestServeEndsOthers: what a case has left ends before the next case and with the session.
func TestServeEndsOthers(t *testing.T) {
	a, _ := newGuest(t)
	ended := 0
	a.EndOthers = func() { ended++ }
	host, guest := net.Pipe()
	done := make(chan error)
	go func() { done <- a.Serve(guest) }()
	answers := bufio.NewReader(host)
	for id, tc := range []struct {
		op   wire.Operation
		want int
	}{{wire.OpHello, 0}, {wire.OpBegin, 1}, {wire.OpEnd, 1}, {wire.OpBegin, 2}} {
		if err := wire.WriteLine(host, wire.Request{ID: uint64(id + 1), Op: tc.op, Version: wire.Version}); err != nil {
			t.Fatal(err)
		}
		if _, err := wire.ReadLine(answers); err != nil || ended != tc.want {
			t.Errorf("%s: ended %d times, want %d; %v", tc.op, ended, tc.want, err)
		}
	}
	host.Close()
	if err := <-done; err != nil || ended != 3 {
		t.Errorf("ended %d times, %v", ended, err)
	}
}
