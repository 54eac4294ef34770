// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"strings"
	"time"
)

// Survey is what a machine that klptest did not boot says about itself.
type Survey struct {
	Release string    `json:"release"` // uname -r
	Version string    `json:"version"` // uname -v: Debian's kernels put the version of their package into it
	Boot    string    `json:"boot"`    // /proc/sys/kernel/random/boot_id, different for each boot
	Now     time.Time `json:"now"`     // by its clock
	CPUs    int       `json:"cpus"`
	Memory  int       `json:"memory"`  // MiB
	Cmdline string    `json:"cmdline"` // the kernel's

	// Lockdown is the mode in force (kernel_lockdown(7)): none, integrity,
	// confidentiality; empty where the kernel has no lockdown.
	Lockdown string `json:"lockdown,omitempty"`
	// SignedOnly means that module.sig_enforce is set (kernel/module/signing.c).
	SignedOnly bool `json:"signed_only,omitempty"`
	// Lacks are missing files without which klptest sees less.
	Lacks []string `json:"lacks,omitempty"`

	Modules []string `json:"modules,omitempty"` // that are loaded, the newest first
	Patches []string `json:"patches,omitempty"` // that are in /sys/kernel/livepatch
	Taint   uint64   `json:"taint"`
}

// The bounds of a survey.
const (
	maxSurveyText = 4 << 10 // bytes of a text: COMMAND_LINE_SIZE is 2 KB on x86
	maxSurveyList = 10_000
)

// Bounded cuts what is longer than any machine needs.
func (s Survey) Bounded() Survey {
	for _, text := range []*string{&s.Release, &s.Version, &s.Boot, &s.Cmdline, &s.Lockdown} {
		*text = strings.ToValidUTF8((*text)[:min(len(*text), maxSurveyText)], "\uFFFD")
	}
	for _, list := range []*[]string{&s.Lacks, &s.Modules, &s.Patches} {
		*list = (*list)[:min(len(*list), maxSurveyList)]
	}
	return s
}
