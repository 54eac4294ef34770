// SPDX-License-Identifier: Apache-2.0

// Package wire is the protocol between the host and the guest's agent: JSON
// lines of at most 1 MB each, one request at a time. What the guest's texts hold besides
// UTF-8 is written as \xNN.
//
// While the agent handles a request, it sends a line every half second of the
// guest's time, so that the host soon notices when a case has stopped it or cut it off.
package wire
