// SPDX-License-Identifier: Apache-2.0

// Package docstest reads the tables of the documents, so that tests can try what they
// say.
package docstest
