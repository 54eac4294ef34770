// SPDX-License-Identifier: Apache-2.0

// Package remote reaches a machine that klptest did not boot, through its OpenSSH
// server: it logs in with the user's key, checks the host key, sends the agent and
// starts it as root. Each missing prerequisite has its own error.
//
// Output of the machine is not trusted: its size is limited, and it is shown escaped.
package remote
