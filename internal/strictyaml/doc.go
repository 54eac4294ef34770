// SPDX-License-Identifier: Apache-2.0

// Package strictyaml reads klptest's own YAML files. It rejects unknown keys, and errors
// have a line number.
package strictyaml
