// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"

	"github.com/klptest/klptest/internal/program"
)

// maxAnswer is how much a program may say; what apt-cache says is below 1 MB.
const maxAnswer = 16 << 20

// aptVariables are what apt looks at: its configuration, and the way to the
// network; apt.conf(5), apt-transport-http(1).
var aptVariables = []string{"APT_CONFIG", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}

// aptCommand is one of apt's programs.
func aptCommand(name string, args ...string) program.Command {
	return program.Command{Name: name, Args: args, Env: program.Environ(aptVariables...)}
}

// ask runs a program of apt's and returns what it says.
func ask(ctx context.Context, name string, args ...string) (string, error) {
	answer, err := aptCommand(name, args...).Output(ctx, maxAnswer)
	return string(answer), err
}
