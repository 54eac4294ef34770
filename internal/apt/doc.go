// SPDX-License-Identifier: Apache-2.0

// Package apt gives the apt-get command for a missing package.
package apt
