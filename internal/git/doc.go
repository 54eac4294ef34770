// SPDX-License-Identifier: Apache-2.0

// Package git runs git for a developer. A repository is only read: work is done
// in a separate work tree, which borrows the repository's objects
// (gitrepository-layout(5), objects/info/alternates) and has neither its hooks
// nor its configuration.
package git
