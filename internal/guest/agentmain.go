// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"net"
	"os"
)

const (
	listenAt   = "0.0.0.0:22"
	listenerFD = 3 // of the agent
)

// listenOn opens the agent's socket. PID 1 does it, so that the host need not
// wait for the agent to try, and a connection finds the next agent when one
// has died.
func listenOn(addr string) (*os.File, error) {
	ln, err := net.Listen("tcp4", addr)
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	return ln.(*net.TCPListener).File()
}

// runAgent serves until it fails; PID 1 logs its end and starts it again.
func runAgent() int {
	ln, err := net.FileListener(os.NewFile(listenerFD, "listener"))
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	if err := ownView(); err != nil {
		complain("agent: mounts of its own: %v", err)
		return 1
	}
	config, err := sshConfig("/")
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	s := &sshd{config: config, kernel: linux{}, files: "/", world: caseView, complain: complain}
	note(levelInfo, "agent listens at "+listenAt)
	complain("agent: %v", s.serve(ln))
	return 1
}
