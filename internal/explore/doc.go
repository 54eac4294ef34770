// SPDX-License-Identifier: Apache-2.0

// Package explore searches for command sequences that a kernel handles
// differently from the model. It makes sequences, writes each as a case with
// the transcript that the model predicts, has the cases run, and shrinks a
// difference to a case that anyone can run.
//
// A [Runner] runs the cases. The same seed gives the same sequences, whatever
// runs them, unless coverage guides the search.
package explore
