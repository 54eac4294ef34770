// SPDX-License-Identifier: Apache-2.0

// Package strictyaml reads YAML files of klptest's own, in which each key is known: what
// is wrong is told with its line.
package strictyaml
