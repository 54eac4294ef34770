// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"slices"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/internal/shellword"
)

// keepsWhatItReads refuses to replace the results that tell which cases to run: those of the
// other cases would be gone.
func (o *runOptions) keepsWhatItReads() error {
	for _, path := range []string{o.failedIn, o.coverage} {
		if path == "" || o.out == "" {
			continue
		}
		if err := apart(o.out, []string{path}); err != nil {
			return err
		}
	}
	return nil
}

// again makes a run of the cases that failed in earlier results, on the kernels where
// they failed unless others are named.
func (o *runOptions) again(args []string) ([]string, error) {
	if len(args) > 0 {
		return nil, blame.AdviseUserf("narrow them down with --exclude or --covers", "--failed names the cases; there can be no others")
	}
	docs, err := results.ReadBrief([]string{o.failedIn})
	if err != nil {
		return nil, err
	}
	var words, kernels []string
	for _, d := range results.Merge(docs) {
		bad := d.Bad()
		if len(bad) > 0 && d.Command != "" {
			return nil, blame.AdviseUserf("klptest "+d.Command+" "+shellword.Join(bad), "%s has results of klptest %s", o.failedIn, d.Command)
		}
		if len(bad) > 0 && d.Machine.Host != "" {
			return nil, blame.AdviseUserf("name the machine, and the cases: "+shellword.Join(bad), "%s is about a machine, or a disk image: %s", o.failedIn, d.On())
		}
		if len(bad) > 0 && d.Spec == "" && d.Label != "" {
			return nil, blame.AdviseUserf("klptest run --out writes results whose kernels klptest run can have again", "%s is about a kernel that was built for the purpose: %s", o.failedIn, d.On())
		}
		if kernel := cmp.Or(d.Spec, d.Kernel); len(bad) > 0 && !slices.Contains(kernels, kernel) {
			kernels = append(kernels, kernel)
		}
		for _, word := range bad {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	if !o.kernelGiven && len(kernels) > 0 {
		o.kernels, o.kernelGiven = kernels, true
	}
	return words, nil
}
