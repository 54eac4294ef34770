// SPDX-License-Identifier: Apache-2.0

package guest

import "net"

const listenAt = "0.0.0.0:22"

// runAgent serves until it fails; PID 1 logs its end and starts it again.
func runAgent() int {
	ln, err := net.Listen("tcp4", listenAt)
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	config, err := sshConfig("/")
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	s := &sshd{config: config, kernel: linux{}, files: "/", complain: complain}
	note(levelInfo, "agent listens at "+listenAt)
	complain("agent: %v", s.serve(ln))
	return 1
}
