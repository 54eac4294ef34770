// SPDX-License-Identifier: Apache-2.0

// Package rig joins what the other packages know nothing of each other for: a
// kernel (images), modules built against it (kmods), and VMs (vm) whose agent
// (internal/guest/agent) is the machine that tests run on.
//
// Each case gets a guest of its own, a clone of one that was booted once, unless
// guests are to be booted or reused. A guest that is reused serves one case after
// the other for as long as each passes and leaves it clean; after anything else
// it is thrown away and the next case gets a new one.
package rig
