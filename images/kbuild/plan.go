// SPDX-License-Identifier: Apache-2.0

package kbuild

import "github.com/klptest/klptest/images/kconfig"

// plan is a kernel to build, as far as it is known before anything is built.
type plan struct {
	recipe recipe
	want   kconfig.Settings
	files  []string // whose lines are counted, as patterns
	args   []string // of make
}

// Check returns the error that a build would end with at once: a source that is none,
// options or files that are none, or missing tools.
func (b Builder) Check() error {
	_, err := b.plan()
	return err
}

func (b Builder) plan() (p plan, err error) {
	source, err := b.sourceDir()
	if err != nil {
		return p, err
	}
	parts, err := b.fragments()
	if err != nil {
		return p, err
	}
	p.recipe = recipe{Source: source, Fragments: parts, Counted: b.Counted}
	if p.want, err = kconfig.Parse(parts); err != nil {
		return p, err
	}
	if p.files, err = counted(p.want, b.Counted); err != nil {
		return p, err
	}
	if err := haveFiles(source, b.Counted); err != nil {
		return p, err
	}
	if p.args, err = b.toolchain(p.want); err != nil {
		return p, err
	}
	p.args = append(p.args, profileArg(p.files)...)
	return p, nil
}
