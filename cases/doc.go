// SPDX-License-Identifier: Apache-2.0

// Package cases holds the shipped cases, one file each, and the rules of the
// documentation that they show, in rules.txt.
//
// A case is a text file: a script, its expectation and, where it needs modules
// of its own, their source. The packages below work on cases:
//
//   - [casefile] parses and checks the file; docs/cases.md describes the
//     language
//   - [machine] is the kernel under test, as a case sees it: a booted guest, or
//     a model of one
//   - [klog] turns the kernel's log into the lines that a transcript shows
//   - [judge] runs a case on a machine and compares what was observed with what
//     the case expects
//   - [paste] makes a case from a bug report
//   - [saved] judges a saved kernel log
//
// [casefile]: https://pkg.go.dev/github.com/klptest/klptest/cases/casefile
// [machine]: https://pkg.go.dev/github.com/klptest/klptest/cases/machine
// [klog]: https://pkg.go.dev/github.com/klptest/klptest/cases/klog
// [judge]: https://pkg.go.dev/github.com/klptest/klptest/cases/judge
// [paste]: https://pkg.go.dev/github.com/klptest/klptest/cases/paste
// [saved]: https://pkg.go.dev/github.com/klptest/klptest/cases/saved
package cases
