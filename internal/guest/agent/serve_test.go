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
