// SPDX-License-Identifier: Apache-2.0

// Package browsertest drives a headless Chromium in tests, by the Chrome DevTools
// Protocol over a pipe: https://chromedevtools.github.io/devtools-protocol/.
package browsertest
