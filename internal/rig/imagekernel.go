// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/vm"
)

// Boot makes k boot the image's guests instead of its boot loader. A kernel known to
// lack required options is rejected.
func (i *Image) Boot(k *images.Kernel) error {
	i.kernel = k
	if k.Config == nil {
		return nil
	}
	missing := kconfig.RequiredOfImage(k.Config)
	if len(missing) == 0 {
		return nil
	}
	return &blame.Error{Party: blame.User, Summary: fmt.Sprintf("the kernel %s cannot boot %s: %s", k.Name, i, notBuiltIn(missing)), Tail: reasons(missing),
		Advice: "build it from its source, with these options: klptest kernel build SRC --for-image; as modules they come too late"}
}

// notBuiltIn names the first option and counts the others.
func notBuiltIn(missing []kconfig.Missing) string {
	more := len(missing) - 1
	if more == 0 {
		return missing[0].Option + " is not built in"
	}
	return fmt.Sprintf("%s and %s are not built in", missing[0].Option, printable.Count(more, "other option", "other options"))
}

// reasons has a line for each option.
func reasons(missing []kconfig.Missing) string {
	var lines []string
	for _, m := range missing {
		lines = append(lines, m.Option+": "+m.Why)
	}
	return strings.Join(lines, "\n")
}

// Kernel returns the kernel that boots its guests; nil: the boot loader does.
func (i *Image) Kernel() *images.Kernel { return i.kernel }

// rootArgs are the arguments of a kernel that mounts the root file system itself. It is
// on the first partition, unless a later argument says otherwise. It is mounted writable
// at once, because without an initramfs, and perhaps without a line in fstab, nothing
// would remount it.
var rootArgs = []string{"root=/dev/vda1", "rw"}

// furnish makes the described guest boot from the image.
func (i *Image) furnish(spec *vm.Spec) {
	spec.Disk = i.path
	if i.kernel == nil {
		spec.Kernel, spec.Append = "", nil // the boot loader knows what to boot
		return
	}
	spec.Append = slices.Concat(rootArgs, spec.Append)
}

// kernelKey names the contents of the kernel that boots the image; empty: the image's own.
func (i *Image) kernelKey() (string, error) {
	if i.kernel == nil {
		return "", nil
	}
	key, err := kernelKey(i.kernel)
	return " " + key, err
}

// rootless reports whether a kernel died without a root file system
// (init/do_mounts.c, init/main.c).
func rootless(crash string) bool {
	return strings.Contains(crash, "VFS: Unable to mount root fs on") || strings.Contains(crash, "No working init found")
}
