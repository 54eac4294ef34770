// SPDX-License-Identifier: Apache-2.0

// Package wire is the protocol between the host and the guest's agent: JSON
// lines of at most 1 MB each, one request at a time.
//
// The agent is heard every few seconds while it is at a request, so that one
// that a case has stopped, or cut off, is missed soon.
package wire
