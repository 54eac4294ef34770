// SPDX-License-Identifier: Apache-2.0

// Package client is the host's end of a session with the guest's agent, and a
// machine.Machine.
//
// It trusts nothing that the guest says: lines, totals and waits are bounded.
// Around a snapshot of the guest belong [Client.Quiesce], before, and
// [Client.Renew], in each clone. The SSH connection is its owner's, who closes
// it when the guest is dead.
package client
