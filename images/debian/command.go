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

// apt is apt with a configuration of its own.
type apt struct{ conf string } // "": the host's

var hostApt apt

// command is one of apt's programs.
func (a apt) command(name string, args ...string) program.Command {
	env := program.Environ(aptVariables...)
	if a.conf != "" {
		env = append(env, "APT_CONFIG="+a.conf)
	}
	return program.Command{Name: name, Args: args, Env: env}
}

// ask runs a program of apt's and returns what it says.
func (a apt) ask(ctx context.Context, name string, args ...string) (string, error) {
	answer, err := a.command(name, args...).Output(ctx, maxAnswer)
	return string(answer), err
}
