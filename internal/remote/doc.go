// SPDX-License-Identifier: Apache-2.0

// Package remote reaches a machine that klptest did not boot, by its own OpenSSH server:
// it logs in with the user's key, checks the machine's, sends the agent and starts it as
// root. Each thing that can be missing there has its own error.
//
// What the machine says is not trusted: it is bounded, and shown escaped.
package remote
