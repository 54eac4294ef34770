// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"

	"github.com/klptest/klptest/internal/program"
)

// maxAnswer is the maximum output of a program. apt-cache prints less than 1
// MB.
const maxAnswer = 16 << 20

// aptVariables are the environment variables that apt reads, for its
// configuration and for network access: apt.conf(5), apt-transport-http(1).
var aptVariables = []string{"APT_CONFIG", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}

// apt is apt with a given configuration.
type apt struct{ conf string } // "": the host's

var hostApt apt

// command returns the command of one of apt's programs.
func (a apt) command(name string, args ...string) program.Command {
	env := program.Environ(aptVariables...)
	if a.conf != "" {
		env = append(env, "APT_CONFIG="+a.conf)
	}
	return program.Command{Name: name, Args: args, Env: env}
}

// ask runs one of apt's programs and returns its output.
func (a apt) ask(ctx context.Context, name string, args ...string) (string, error) {
	answer, err := a.command(name, args...).Output(ctx, maxAnswer)
	return string(answer), err
}
