// SPDX-License-Identifier: Apache-2.0

package program

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// EndSignals returns the signals that ask this process to end. SIGINT and SIGHUP are
// left out if they are ignored: nohup, and a shell that starts a job in the background,
// have the process started like that, and a handler would undo it.
func EndSignals() []os.Signal {
	asked := slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGHUP}, signal.Ignored)
	return append(asked, syscall.SIGTERM)
}
