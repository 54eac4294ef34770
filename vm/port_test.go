// SPDX-License-Identifier: Apache-2.0

package vm

import "testing"

// As QEMU 7.2 answers.
const usernet = "Hub -1 (net):\r\n" +
	"  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n" +
	"  TCP[HOST_FORWARD]  13       127.0.0.1 41001       10.0.2.15  2222     0     0\r\n" +
	"  TCP[HOST_FORWARD]  12       127.0.0.1 33831       10.0.2.15    22     0     0\r\n" +
	"  TCP[ESTABLISHED]   14       127.0.0.1 50000       10.0.2.15    22     0     0\r\n"

func TestForwardedPort(t *testing.T) {
	if port, err := forwardedPort(usernet, 22); port != 33831 || err != nil {
		t.Errorf("port %d, %v", port, err)
	}
	for _, text := range []string{"", "Hub -1 (net):\r\n", "TCP[HOST_FORWARD] 12 127.0.0.1 99999 10.0.2.15 22",
		"TCP[HOST_FORWARD] 12 127.0.0.1 0 10.0.2.15 22", "TCP[HOST_FORWARD] 12 127.0.0.1 x 10.0.2.15 22"} {
		if port, err := forwardedPort(text, 22); err == nil {
			t.Errorf("%q gives port %d", text, port)
		}
	}
}

func FuzzForwardedPort(f *testing.F) {
	f.Add(usernet)
	f.Fuzz(func(t *testing.T, text string) {
		port, err := forwardedPort(text, 22)
		if (err == nil) != (port > 0) || port > 65535 {
			t.Errorf("port %d, %v", port, err)
		}
	})
}

func TestOpenConnection(t *testing.T) {
	const head = "Hub -1 (net):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
	for state, want := range map[string]bool{
		"TCP[ESTABLISHED]": true, "TCP[SYN_RCVD]": true, "TCP[CLOSE_WAIT]": true, "TCP[FIN_WAIT_1]": true, "TCP[FIN_WAIT_2]": true,
		"TCP[CLOSING]": true, "TCP[LAST_ACK]": true, "TCP[unheard of]": true,
		"TCP[SYN_SENT]": false, "TCP[TIME_WAIT]": false, "TCP[CLOSED]": false, "TCP[HOST_FORWARD]": false, "UDP[238 sec]": false,
	} {
		rows := "  TCP[TIME_WAIT]     14       127.0.0.1 39371       10.0.2.15    22     0     0\r\n" +
			"  " + state + "   49       127.0.0.1 39371       10.0.2.15    22     0    36\r\n" +
			"  TCP[HOST_FORWARD]  12       127.0.0.1 39371       10.0.2.15    22     0     0\r\n"
		if got := openConnection(head + rows); got != want {
			t.Errorf("%s: %t", state, got)
		}
	}
	if openConnection(head) {
		t.Error("an empty list has a connection")
	}
}
