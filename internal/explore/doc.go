// SPDX-License-Identifier: Apache-2.0

// Package explore looks for sequences of commands of which a kernel makes
// something else than the model does. It makes sequences, writes each as a
// case with the transcript that the model predicts, has the cases run, and
// shrinks what differs to a case that anyone can run.
//
// Who runs the cases is not its affair: see [Runner]. The same seed gives the
// same sequences, whatever runs them.
package explore
