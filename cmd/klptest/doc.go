// SPDX-License-Identifier: Apache-2.0

// Klptest runs tests of the kernel's livepatch system-state API on real
// kernels in QEMU. README.md says how to use it; `klptest help` lists the
// commands.
//
// The same binary is PID 1 and the agent in guests, and the supervisor of builds;
// main hands over to those before anything else.
package main
