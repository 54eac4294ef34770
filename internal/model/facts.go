// SPDX-License-Identifier: Apache-2.0

package model

import (
	"regexp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/kversion"
)

// facts are the differences between kernels that the model shows.
type facts struct {
	release     string
	patchedAttr bool // OBJECT/patched: 6.1, bb26cfd9e77e
	relocsStay  bool // relocations for a module that is gone: before 6.3, 0c05e7bd2d01
	replaceAttr bool // replace: 6.11, adb68ed26a3e
	orderAttr   bool // stack_order: 6.14, 3dae09de4061
	forcesAll   bool // forcing marks each listed livepatch: before 5.18, 2957308343fa
	initEEXIST  bool // an init's EEXIST becomes EBUSY: 7.1, 743f8cae549a
	initOneLine bool // one line on an init's positive value, and no stack: 7.1, 663385f9155f
	ftraceStays bool // ftrace cannot be switched off: 7.3, b0c857049153
}

var releaseForm = regexp.MustCompile(`^\d{1,4}\.\d{1,4}([.+-].*)?$`)

// factsOf returns the facts of a kernel by its release, as uname -r prints it.
func factsOf(release string) (facts, error) {
	if !releaseForm.MatchString(release) {
		return facts{}, blame.Userf("%q is not a kernel release, such as 6.12", release)
	}
	since := kversion.Parse(release).AtLeast
	if !since(kversion.States...) {
		return facts{}, blame.Userf("the state API came with Linux %s; there is no model of Linux %s", kversion.States, release)
	}
	return facts{
		release:     release,
		patchedAttr: since(6, 1),
		relocsStay:  !since(6, 3),
		replaceAttr: since(6, 11),
		orderAttr:   since(6, 14),
		forcesAll:   !since(5, 18),
		initEEXIST:  since(7, 1),
		initOneLine: since(7, 1),
		ftraceStays: since(7, 3),
	}, nil
}
