// SPDX-License-Identifier: Apache-2.0

// Package mutants measures how strong the shipped cases are: each mutant is a change of one
// line of kernel/livepatch that breaks something documented. A FAIL kills a mutant; a
// mutant that survives shows what no case tests. An ERROR says nothing about the kernel,
// and kills no mutant: a mutant with an ERROR and no FAIL counts as not tried, not as
// survived.
package mutants
