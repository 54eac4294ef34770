// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"

	"github.com/klptest/klptest/images"
)

// kernelKey names the contents of a kernel's image. Packages do not change; a
// build tree does.
func kernelKey(k *images.Kernel) (string, error) {
	if !k.Live() {
		return k.Key, nil
	}
	return keyOf([]string{k.Image})
}

// KernelID identifies a kernel that is given by a path: later, another one may be there
// under the same name. It is empty for a distribution's kernel, whose name is exact.
func KernelID(k *images.Kernel) (string, error) {
	key, err := kernelKey(k)
	return kernelID(k, key), err
}

func kernelID(k *images.Kernel, key string) string {
	if _, err := os.Stat(k.Spec); err != nil && !k.Live() {
		return ""
	}
	return key
}

// KernelID is [KernelID] of the kernel when the rig was made; empty if the guests are not
// klptest's own.
func (r *Rig) KernelID() string { return r.kernelID }
