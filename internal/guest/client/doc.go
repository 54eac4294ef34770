// SPDX-License-Identifier: Apache-2.0

// Package client is the host's end of a session with the guest's agent, and a
// machine.Machine.
//
// It does not trust the guest: lines, totals and waits are bounded. Before a
// snapshot of the guest call [Client.Quiesce], and in each clone
// [Client.Renew]. The caller owns the SSH connection, and closes it when the
// guest is dead.
package client
