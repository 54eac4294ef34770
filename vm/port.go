// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// forwardedPort reads the host port of a forwarding to a guest's port from
// the answer to `info usernet`, whose columns are
//
//	Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
//	TCP[HOST_FORWARD]  12       127.0.0.1 33831       10.0.2.15    22     0     0
//
// (slirp_connection_info of libslirp).
func forwardedPort(usernet string, guestPort int) (int, error) {
	for line := range strings.Lines(usernet) {
		f := strings.Fields(line)
		if len(f) < 6 || f[0] != "TCP[HOST_FORWARD]" || f[5] != strconv.Itoa(guestPort) {
			continue
		}
		port, err := strconv.ParseUint(f[3], 10, 16)
		if err != nil || port == 0 {
			return 0, fmt.Errorf("QEMU's answer to info usernet names no port: %q", strings.TrimSpace(line))
		}
		return int(port), nil
	}
	return 0, fmt.Errorf("QEMU forwards no port to port %d of the guest: %q", guestPort, usernet)
}

// silent are the states of a connection (tcpstates of libslirp) of which the
// guest knows nothing, or nothing any more: it has never answered, or said
// goodbye.
var silent = []string{"HOST_FORWARD", "SYN_SENT", "TIME_WAIT", "CLOSED"}

// openConnection tells whether the guest has a TCP connection.
func openConnection(usernet string) bool {
	for line := range strings.Lines(usernet) {
		state, isTCP := strings.CutPrefix(strings.TrimSpace(line), "TCP[")
		state, _, _ = strings.Cut(state, "]")
		if isTCP && !slices.Contains(silent, state) {
			return true
		}
	}
	return false
}
