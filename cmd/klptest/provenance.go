// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
)

// planned describes a run that is about to begin, of the cases that args selected.
func (o runOptions) planned(args []string, list []*casefile.Case) report.Provenance {
	return report.Provenance{
		Run: o.runID, Label: o.label, Klptest: version(), Kernel: o.kernel, Spec: o.kernel, Started: time.Now(), Planned: len(list), Shuffle: o.shuffle,
		Flags: o.withKernel(o.given), ShellFlags: o.withKernel(o.givenShell), Tests: testWords(args, list),
		Host: hostAbout(),
	}
}

func hostAbout() report.Host {
	h := doctor.Here().About()
	return report.Host{System: h.System, Kernel: h.Kernel, Processor: h.Processor, CPUs: h.CPUs, Memory: h.Memory}
}

// withKernel puts --kernel before other words, if the user has given it.
func (o runOptions) withKernel(words []string) []string {
	if !o.kernelGiven {
		return words
	}
	return append([]string{"--kernel", o.kernel}, words...)
}

// on adds what is known only once there is a rig.
func on(p report.Provenance, r *rig.Rig) report.Provenance {
	p = onKernel(p, r.Kernel(), r.KernelID())
	if m := r.Machine(); m != nil {
		s := r.Survey()
		p.Kernel, p.Machine = m.String(), report.Machine{Host: m.String(), Arch: arch.Default().Name, Cmdline: s.Cmdline, CPUs: s.CPUs, Memory: s.Memory}
		return p
	}
	m := r.Spec().About()
	p.Machine = report.Machine{Arch: m.Arch, QEMU: m.QEMU, Accel: string(m.Accel), Cmdline: m.Cmdline, CPUs: m.CPUs, Memory: m.Memory}
	if i := r.Image(); i != nil {
		return onImage(p, i)
	}
	return p
}

// onKernel names the kernel.
func onKernel(p report.Provenance, k *images.Kernel, id string) report.Provenance {
	p.Kernel, p.Release, p.Config, p.KernelID = k.Name, k.Release, k.Config, id
	return p
}

// onImage names the image, and the kernel if it is not the image's own.
func onImage(p report.Provenance, i *rig.Image) report.Provenance {
	p.Machine.Host = i.String()
	if i.Kernel() != nil {
		p.Kernel += " on " + i.String()
		return p
	}
	p.Kernel, p.Machine.Cmdline = i.String(), i.Survey().Cmdline
	return p
}

// testWords returns the arguments that name the cases, each once: a file as it was
// given, a shipped case by its name.
func testWords(args []string, list []*casefile.Case) (words []string) {
	seen := map[string]bool{}
	for _, c := range list {
		word := c.Name
		switch {
		case c.File == inputFile:
			word = standardInput
		case isFile(args, c):
			word = c.File
		}
		if !seen[word] {
			words = append(words, word)
		}
		seen[word] = true
	}
	return words
}

// unrepeated are the flags that the command for a repeated run leaves out: --kernel, which
// is added separately, flags about output, and flags that select or order the cases, which
// the command names.
var unrepeated = []string{"kernel", "format", "junit", "out", "run-id", "slowest", "failed", "verbose", "update", "shuffle", "exclude", "covers", "header", "bundle", "gcov", "changed", "coverage", bisectExit}

// repeats reports whether a repeated run needs a flag.
func repeats(name string) bool { return !slices.Contains(unrepeated, name) }

// opensShell reports whether a flag is for klptest shell as well. --keep is not: it is
// about results.
func opensShell(name string) bool {
	shell := pflag.NewFlagSet("shell", pflag.ContinueOnError)
	kdirFlags(shell, &machineOptions{})
	hostFlags(shell, &hostOptions{})
	return shell.Lookup(name) != nil && name != "keep"
}

// givenFlags returns the words of the flags that were given and whose names are wanted.
func givenFlags(flags *pflag.FlagSet, wanted func(name string) bool) (words []string) {
	flags.Visit(func(f *pflag.Flag) {
		name, value := "--"+f.Name, f.Value.String()
		list, several := f.Value.(pflag.SliceValue)
		switch {
		case !wanted(f.Name):
		case several:
			for _, v := range list.GetSlice() {
				words = append(words, name, v)
			}
		case f.NoOptDefVal == value:
			words = append(words, name)
		case f.NoOptDefVal != "":
			words = append(words, name+"="+value)
		default:
			words = append(words, name, value)
		}
	})
	return words
}

// ending describes how a run ended. err says why it ended early, or is nil.
func ending(d report.Document, err error) report.Ending {
	// The coverage is already in d.
	e := report.Ending{Took: time.Since(d.Started), Total: d.Planned, Status: runStatus(d, err), Coverage: d.Coverage, Listing: d.Listing}
	if err == nil {
		e.Total = len(d.Outcomes)
	} else {
		e.Error, _, _ = strings.Cut(err.Error(), "\n")
		e.Detail = blame.Detail(err)
	}
	return e
}
