// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// The self-tests are cases with an additional section, "verdict". Its first line
// lists the verdicts that the case may have; each further line is a regular
// expression that one of the reasons must match. They run in the order of their
// names, on one guest as long as it stays usable.
//
//go:embed selftest/*.txtar
var selftestFiles embed.FS

const verdictSection = "verdict"

// selftest is a case whose result is known if the rig works.
type selftest struct {
	*casefile.Case
	verdicts []judge.Verdict
	reasons  []*regexp.Regexp
}

func selftests() ([]selftest, error) {
	entries, err := selftestFiles.ReadDir("selftest")
	if err != nil {
		return nil, err
	}
	var list []selftest
	for _, e := range entries {
		data, err := selftestFiles.ReadFile(path.Join("selftest", e.Name()))
		if err != nil {
			return nil, err
		}
		t, err := parseSelftest(e.Name(), data)
		if err != nil {
			return nil, fmt.Errorf("self-test %s: %w", e.Name(), err)
		}
		list = append(list, t)
	}
	return list, nil
}

func parseSelftest(name string, data []byte) (t selftest, err error) {
	archive := txtar.Parse(data)
	at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == verdictSection })
	if at < 0 {
		return t, fmt.Errorf("no section %s", verdictSection)
	}
	verdicts, reasons, _ := bytes.Cut(archive.Files[at].Data, []byte("\n"))
	for _, v := range strings.Fields(string(verdicts)) {
		t.verdicts = append(t.verdicts, judge.Verdict(v))
	}
	for line := range strings.Lines(string(reasons)) {
		re, err := regexp.Compile(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return t, err
		}
		t.reasons = append(t.reasons, re)
	}
	archive.Files = slices.Delete(archive.Files, at, at+1)
	t.Case, err = casefile.Parse(name, txtar.Format(archive))
	return t, err
}

// outcome is what a self-test shows about the rig.
type outcome int

const (
	sound   outcome = iota
	broken          // no verdict of this rig can be trusted
	unclear         // a fault of the kernel came first
)

// judge decides who caused the result. A kernel that dies, splats, hangs while
// loading a module or refuses a module spoils a self-test; the cases see the same
// and report it. Any other unexpected result is the rig's fault.
func (t selftest) judge(res judge.Result) outcome {
	switch {
	case res.Verdict == judge.Skip || t.fulfilled(res):
		return sound
	case res.Verdict == judge.Fail && (res.Tail != "" || t.refused(res.Observation.Answers)):
		return unclear
	}
	return broken
}

func (t selftest) fulfilled(res judge.Result) bool {
	if !slices.Contains(t.verdicts, res.Verdict) {
		return false
	}
	for _, re := range t.reasons {
		if !slices.ContainsFunc(res.Reasons, re.MatchString) {
			return false
		}
	}
	return true
}

// clean reports whether the guest can be used for the next self-test.
func (t selftest) clean(res judge.Result) bool {
	wanted := res.Verdict == judge.Fail && !slices.Contains(t.verdicts, judge.Pass) && t.fulfilled(res)
	return wanted || res.Verdict == judge.Pass || res.Verdict == judge.Skip
}

// refused reports whether the kernel refused to load or unload a module, or hung
// doing it. Livepatch is involved in loading (klp_module_coming()).
func (t selftest) refused(answers []machine.Answer) bool {
	for i, a := range answers {
		verb := t.Steps[i].Command.Verb
		if (a.Errno != "" || a.Stall != nil) && (verb == machine.Insmod || verb == machine.Rmmod) {
			return true
		}
	}
	return false
}

// signedOnly are the kernel's messages about a module that it refuses because it is not
// signed: lockdown_reasons of security/security.c, and module_sig_check of
// kernel/module/signing.c.
var signedOnly = regexp.MustCompile(`unsigned module loading is restricted|^Loading of (unsigned module|module with .*) is rejected$`)

// unsigned returns an error if the kernel has refused a module because it is not signed: then
// no case can run there, which says nothing about livepatch.
func unsigned(answers []machine.Answer) error {
	for _, a := range answers {
		for _, r := range a.Records {
			if a.Errno != "" && signedOnly.MatchString(r.Text) {
				return blame.AdviseUserf("boot it without lockdown= and module.sig_enforce; or build it with CONFIG_MODULE_SIG_FORCE=y, and name its build tree, which has the key",
					"the kernel refuses unsigned modules: %s", printable.Line(r.Text))
			}
		}
	}
	return nil
}
