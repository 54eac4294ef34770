// SPDX-License-Identifier: Apache-2.0

// Package resume continues a run that was interrupted, even by SIGKILL.
//
// Each attempt at the run writes its own results beside those of the earlier attempts, and
// begins with the results that these finished. So finished results cannot be lost at any
// moment. The last attempt has all of them, and the earlier attempts are then removed.
package resume
