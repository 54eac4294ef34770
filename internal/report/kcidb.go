// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

const (
	kcidbOrigin  = "klptest"
	kcidbExcerpt = 16384 // characters; limit of the schema
)

// WriteKCIDB writes a report in version 5.0 of KCIDB's schema
// (kcidb_io/schema/v05_00.py of github.com/kernelci/kcidb-io): a checkout and a
// build for each kernel, a test for each result. The same results have the same
// identifiers, so that sending a report again changes nothing.
//
// KCIDB has no expected failures: XFAIL is a FAIL, XPASS a PASS, and misc has the verdict.
// An ERROR of a test that ran no command is a MISS, and so is a test that was not run.
func WriteKCIDB(w io.Writer, docs []Document) error {
	k := kcidb{Version: kcidbVersion{5, 0}}
	for _, d := range docs {
		k.add(d)
	}
	text, err := encode(k, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text+"\n")
	return err
}

func (k *kcidb) add(d Document) {
	kernel := kcidbID(d.Kernel, d.Release)
	started := d.Started.UTC()
	build := kcidbBuild{
		Checkout: kernel, ID: kcidbID(d.run(), d.Kernel, d.Release, d.Label), Origin: kcidbOrigin, Comment: d.On(),
		Architecture: notArchitecture.ReplaceAllString(d.Machine.Arch, "_"),
		Misc:         kcidbMisc{Klptest: printable.Line(d.Klptest), Run: printable.Line(d.Run), Label: printable.Line(d.Label), Started: &started},
	}
	if d.Release != "" {
		build.Status = "PASS" // the kernel exists
	}
	if c := (kcidbCheckout{kernel, kcidbOrigin, printable.Line(d.Kernel)}); !slices.Contains(k.Checkouts, c) {
		k.Checkouts = append(k.Checkouts, c)
	}
	k.Builds = append(k.Builds, build)
	times := map[string]int{}
	for _, o := range d.Outcomes {
		key := o.Name + "\x00" + o.File
		times[key]++
		k.Tests = append(k.Tests, kcidbResult(d, build.ID, times[key], o))
	}
	for _, word := range d.NotRun() {
		t := kcidbOf(d, build.ID, word)
		t.ID, t.Status, t.Comment = kcidbID(build.ID, word, "not run"), "MISS", "not run: "+printable.Line(d.Error)
		k.Tests = append(k.Tests, t)
	}
}

// run names the run; for a run of an earlier klptest it is the start time.
func (p Provenance) run() string {
	if p.Run == "" {
		return p.Started.UTC().Format(time.RFC3339Nano)
	}
	return p.Run
}

// kcidbOf has the fields common to all tests of a run.
func kcidbOf(d Document, build, name string) kcidbTest {
	m := d.Machine
	m.Cmdline = printable.Line(m.Cmdline)
	return kcidbTest{
		Build: build, Origin: kcidbOrigin, Path: "klptest." + notPath.ReplaceAllString(cmp.Or(name, "_"), "_"),
		Environment: kcidbEnv{printable.Line(m.kind()), m},
		Misc:        kcidbMisc{Name: printable.Line(name)},
	}
}

// kcidbResult is the nth result of a test.
func kcidbResult(d Document, build string, n int, o Outcome) kcidbTest {
	t := kcidbOf(d, build, o.Name)
	seconds := o.Duration.Round(time.Millisecond).Seconds()
	first, _ := headline(o.Result)
	t.ID, t.Status, t.Duration = kcidbID(build, o.Name, o.File, fmt.Sprint(n)), kcidbStatus(o), &seconds
	t.Comment = printable.Line(first)
	if known(o.Verdict) != judge.Pass {
		t.Excerpt = excerpt(printable.Text(o.Diff + o.Tail))
	}
	t.Misc.Verdict, t.Misc.Expected, t.Misc.Reasons = known(o.Verdict), printable.Line(o.Expected), allOneLine(o.Reasons)
	return t
}

func kcidbStatus(o Outcome) string {
	switch v := known(o.Verdict); v {
	case judge.XFail:
		return string(judge.Fail)
	case judge.XPass:
		return string(judge.Pass)
	case judge.Error:
		if len(o.Observation.Answers) == 0 {
			return "MISS"
		}
		return "ERROR"
	default:
		return string(v)
	}
}

var (
	notPath         = regexp.MustCompile(`[^a-zA-Z0-9_-]`)
	notArchitecture = regexp.MustCompile(`[^a-z0-9_]`)
)

// kcidbID makes an identifier from words.
func kcidbID(words ...string) string {
	for i, word := range words {
		words[i] = printable.Text(word) // as in a JSON report
	}
	text, _ := json.Marshal(words) // strings can always be encoded
	sum := sha256.Sum256(text)
	return kcidbOrigin + ":" + hex.EncodeToString(sum[:16])
}

// excerpt cuts a text that is too long, at the end of a line if there is one.
func excerpt(text string) string {
	runes := []rune(text)
	if len(runes) <= kcidbExcerpt {
		return text
	}
	cut := string(runes[:kcidbExcerpt])
	if i := strings.LastIndexByte(cut, '\n'); i > 0 {
		cut = cut[:i+1]
	}
	return cut
}
