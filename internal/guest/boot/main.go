// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"os"

	"github.com/klptest/klptest/internal/guest"
)

const (
	initName   = guest.Init // the kernel's name for an initramfs's init (init/main.c, ramdisk_execute_command)
	agentName  = "klptest-agent"
	streamName = guest.StreamAgent
	plantName  = guest.PlantedAgent
)

// Main runs PID 1 or an agent when this process is one of them, and then does
// not return; otherwise it reports false. main calls it first, so that a guest
// does not pay for things that it does not use.
func Main() (handled bool) {
	switch role(os.Getpid(), os.Args) {
	case initName:
		runInit()
	case agentName:
		os.Exit(runAgent())
	case streamName:
		os.Exit(runStream())
	case plantName:
		os.Exit(runPlanted())
	}
	return false
}

// role asks for both the number and the name, because klptest is PID 1 in a
// container too.
func role(pid int, args []string) string {
	switch {
	case len(args) == 0:
		return ""
	case pid == 1 && args[0] == initName:
		return initName
	case args[0] == agentName:
		return agentName
	case len(args) == 2 && (args[1] == streamName || args[1] == plantName):
		return args[1]
	}
	return ""
}
