// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/vport"
)

// runAgent serves until it fails; PID 1 logs its end and starts it again.
func runAgent() int {
	ln, err := vport.Listen("/", vport.ProbeLimit)
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	if err := rootfs.OwnView(); err != nil {
		complain("agent: mounts of its own: %v", err)
		return 1
	}
	config, err := sshConfig("/")
	if err != nil {
		complain("agent: %v", err)
		return 1
	}
	s := &sshd{config: config, kernel: kernel.Linux{}, files: "/", world: rootfs.CaseView, complain: complain}
	note(levelInfo, "agent listens")
	complain("agent: %v", s.serve(ln))
	return 1
}
