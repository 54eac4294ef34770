// SPDX-License-Identifier: Apache-2.0

package bundle

import "github.com/klptest/klptest/cases/casefile"

// Ending is the file name extension of bundles.
const Ending = casefile.BundleEnding

// The names of the parts.
const (
	ManifestPart = "manifest.json"
	ReportPart   = "report.json"
	CasePart     = "case.txtar"
	ExpectedPart = "expected.txt"
	ObservedPart = "observed.txt"
	LogPart      = "kernel.log"
	ConsolePart  = "console.log"
	ConfigPart   = "kernel.config"
	QEMUPart     = "qemu.txt"
)

// Part is a file of a bundle.
type Part struct {
	Name string
	Most int64  // bytes
	What string // a description for people
	must bool
}

// Parts lists all parts, in the order of the archive.
var Parts = []Part{
	{ManifestPart, 64 << 10, "what was run, and how", true},
	{ReportPart, 32 << 20, "the result and all that was seen, as klptest run --format json", true},
	{CasePart, 1 << 20, "the case, with the C of its own modules", true},
	{ExpectedPart, 2 << 20, "the transcript that the case expects", false},
	{ObservedPart, 8 << 20, "the transcript as it was", false},
	{LogPart, 8 << 20, "the kernel's log of the case, for klptest judge", false},
	{ConsolePart, 8 << 20, "the guest's console, or its end", false},
	{ConfigPart, 1 << 20, "the kernel's configuration", false},
	{QEMUPart, 64 << 10, "QEMU's command line, to read", false},
}

// The limits of an archive.
const (
	maxFile = 64 << 20 // bytes of the file, and of all parts

	// A part of more than smallPart bytes may be compressed by a factor of at most
	// maxRatio. Write does not compress a part that would exceed it.
	maxRatio  = 100
	smallPart = 256 << 10
)

func partNamed(name string) (Part, bool) {
	for _, p := range Parts {
		if p.Name == name {
			return p, true
		}
	}
	return Part{}, false
}
