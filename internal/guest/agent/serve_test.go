// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"io"
	"net"
	"testing"
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
