// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/guest/wire"
)

// An answer that does not fit is said to be so.
func TestSendTooLong(t *testing.T) {
	var b bytes.Buffer
	if err := send(&b, 1, wire.Reply{Answer: &machine.Answer{Output: strings.Repeat("x", wire.MaxLine)}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "a line of more than") {
		t.Errorf("%.80q", b.String())
	}
}

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
