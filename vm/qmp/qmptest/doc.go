// SPDX-License-Identifier: Apache-2.0

// Package qmptest provides a QMP server for one connection, for tests of QMP
// clients.
package qmptest
