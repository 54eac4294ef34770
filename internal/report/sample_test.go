// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/filetest"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

func sampleRun(total int) Provenance {
	return Provenance{Kernel: "debian:6.12", Release: "6.12.117+deb12-amd64", Klptest: "v0.1.0", Started: time.Now().In(time.FixedZone("", 3600)), Planned: total}
}

// samples has one result of each kind: it passes, differs, is skipped, cannot be
// run, crashes, or comes from a deceptive guest.
func samples() []judge.Result {
	return []judge.Result{
		{Name: "state-add", Title: "A livepatch adds a state.", File: "state-add", Verdict: judge.Pass, Duration: 1200 * time.Millisecond},
		{
			Name: "state-take-over", Title: "A cumulative livepatch takes over a state.", File: "state-take-over",
			Verdict: judge.Fail, Duration: 2340 * time.Millisecond,
			Reasons: []string{"transcript line 7 is not what the kernel logged", "klp_a is still loaded at the end"},
			Advice:  "klptest run --update state-take-over, if the kernel is right",
			Diff: "--- expected\n+++ observed\n@@ -6,3 +6,3 @@\n % insmod klp_b states=1:2 replace=1\n" +
				"-klp_b: pre_patch vmlinux: state 1 own=2 prev=1\n+klp_b: pre_patch vmlinux: state 1 own=2 prev=none\n\n livepatch: 'klp_b': patching complete\n",
			Step:         2,
			Log:          "/tmp/klptest-1/state-take-over/console.log",
			QEMU:         "qemu-system-x86_64 -m 512 -append 'console=ttyS0 panic=-1'",
			Confirmation: judge.Confirmation{Failed: 3, Runs: 3},
		},
		{Name: "needs-6.14", Title: "t", File: "needs-6.14", Verdict: judge.Skip, Reasons: []string{"needs kernel >= 6.14", "needs CPUs: 2"}},
		{
			Name: "own-module", Title: "A case with its own C.", File: "./own.txtar", Verdict: judge.Error, Duration: 300 * time.Millisecond,
			Reasons: []string{"cannot build module own"}, Advice: "apt-get install gcc", Tail: "own.c:3:1: error: expected ';'\n",
		},
		{
			Name: "a-crash-with-a-name-of-some-length", Title: "t", File: "crash.txtar", Verdict: judge.Fail, Duration: 125 * time.Second,
			Reasons: []string{"kernel panic"},
			Tail:    "[    9.1] BUG: kernel NULL pointer dereference\n[    9.2] Kernel panic - not syncing: VFS: gone\n[    9.3] reboot: System halted",
			Log:     "/tmp/klptest-1/crash/console.log",
			Confirmation: judge.Confirmation{
				Failed: 2, Runs: 4, Otherwise: []string{"unexpected WARNING"}, Unjudged: []string{"no room\nok 7 hostile"},
			},
		},
		{
			Name: "second-attempt", Title: "t", File: "second-attempt", Verdict: judge.Pass, Duration: 1500 * time.Millisecond,
			Discarded: []judge.Discarded{{Reason: "QEMU made this crash", Log: "/tmp/klptest-1/first/console.log"}, {Reason: "x\x1b\nok 7 hostile"}},
		},
		{
			Name: "one-too-many", Title: "t", File: "one-too-many", Verdict: judge.Fail, Duration: 2 * time.Second,
			Reasons: []string{"klp_a is still loaded at the end"}, Confirmation: judge.Confirmation{Failed: 1, Runs: 1, Skipped: true},
		},
		{
			Name: "known-bug", Title: "t", File: "known-bug", Verdict: judge.XFail, Duration: 1100 * time.Millisecond, Expected: "a bug of 6.12 # known",
			Reasons: []string{"klp_b is still loaded at the end"}, Diff: "--- expected\n+++ observed\n@@ -1 +1 @@\n-a\n+b\n",
		},
		{Name: "mended-bug", Title: "t", File: "mended-bug", Verdict: judge.XPass, Duration: time.Second, Expected: "another bug\nok 7 hostile"},
		{
			Name: "test-state.sh", Title: "a selftest", File: "/src/test-state.sh", Verdict: judge.Fail, Duration: 12 * time.Second,
			Reasons: []string{`the test "b" fails`}, Diff: "--- expected\n+++ result\n@@ -1 +1 @@\n-a\n+b\n",
			Subtests: []judge.Subtest{
				{Name: "a", Verdict: judge.Pass}, {Name: "b # SKIP x\nok 7 hostile", Verdict: judge.Fail, Reason: "it \x1b[2J differs", Diff: "--- expected\n+++ result\n@@ -1 +1 @@\n-a\n+b\n"},
				{Name: "c", Verdict: judge.Skip, Reason: "not run"}, {Name: "d", Verdict: "NONE"},
			},
		},
		{
			Name: "hostile", Title: "\x1b[2J", File: "h\x00", Verdict: judge.Fail, Duration: 0,
			Reasons: []string{"x # SKIP nothing to see\nok 7 hostile", "Subtest: \u202eevil"},
			Diff:    "+ok 7 hostile\n+Bail out!\n+1..0\n+]]></system-out>\n+\x1b]0;title\x07 \x9b31m \xff\r\n+KTAP version 1\u2028ok 6 hostile",
		},
	}
}

// sampleDocument is the samples with all that can be known about a run; its last
// two tests were not run.
func sampleDocument() Document {
	d := Document{Provenance: sampleRun(13)}
	d.Spec, d.Flags = "debian:6", []string{"--kernel", "debian:6", "--ignore", "a vendor's notice"}
	d.KernelID = "0123456789abcdef"
	d.ShellFlags = []string{"--kernel", "debian:6"}
	d.Tests = []string{"state-add", "state-take-over", "needs-6.14", "./own.txtar", "crash.txtar", "second-attempt", "one-too-many", "known-bug", "mended-bug", "test-state.sh", "hostile", "last but one", "last\x1b"}
	d.Machine = Machine{Arch: "x86_64", QEMU: "7.2", Accel: "tcg", Cmdline: `console=ttyS0 dyndbg="file core.c +p"`, CPUs: 1, Memory: 512}
	d.Host = Host{System: "Debian GNU/Linux 12 (bookworm)", Kernel: "Linux 6.1.0", Processor: "A Processor", CPUs: 2, Memory: 4000}
	d.Config = map[string]string{"LIVEPATCH": "y", "HZ": "250"}
	for _, r := range samples() {
		d.Outcomes = append(d.Outcomes, Outcome{Result: r})
	}
	d.Outcomes[0].Case = "A livepatch adds a state.\n\n-- transcript --\n% insmod klp_a states=1:1\n"
	d.Outcomes[0].Observation = judge.Observation{
		Facts:   machine.Facts{Release: "6.12.117+deb12-amd64", Config: d.Config, Sysfs: map[string]bool{"replace": true}, NoDebug: true, Emulated: true},
		Answers: []machine.Answer{{Records: []machine.Record{{Seq: 1, Usec: 2, Facility: 1, Level: 6, Text: "% insmod klp_a states=1:1"}, {Seq: 2, Usec: 3, Level: 6, Text: "a\x1b\u202e\U000e0001<&>"}}}},
		End:     machine.EndState{Taint: 1 << 15, Starved: true},
	}
	d.Ending = Ending{Took: 63 * time.Second, Total: 13, Status: 1, Error: "--timeout 1m0s: the run did not end in time",
		Kept:   "/tmp/klptest-1",
		Detail: "--timeout 1m0s: the run did not end in time\nallow more time with --timeout, or run fewer cases\n]]>\n"}
	return d
}

// play reports a run of 63 s.
func play(t *testing.T, r Reporter, total int, results []judge.Result) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.Begin(sampleRun(total)))
	for _, res := range results {
		r.Start(res.Name)
		r.Step(res.Name, "insmod klp_a states=1:1")
		must(r.Case(Outcome{Result: res}))
	}
	must(r.End(Ending{Took: 63 * time.Second, Total: total, Status: ExitCode(results)}))
}

// output is the output of a reporter for a run that starts at the
// beginning of the year 2000.
func output(t *testing.T, newReporter func(*bytes.Buffer) Reporter, total int, results []judge.Result) string {
	t.Helper()
	var b bytes.Buffer
	synctest.Test(t, func(t *testing.T) { play(t, newReporter(&b), total, results) })
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	filetest.Golden(t, filepath.Join("testdata", name), got, *update)
}

// TestShuffle: each report has the seed of a random order, and none without a random order.
func TestShuffle(t *testing.T) {
	for seed, want := range map[uint64]bool{0: false, 1<<64 - 1: true} {
		run := Provenance{Shuffle: seed}
		var json, ktap, junit bytes.Buffer
		for _, r := range []Reporter{NewJSON(&json), NewKTAP(&ktap), newJUnit(&junit)} {
			if err := (Document{Provenance: run}).Play(r); err != nil {
				t.Fatal(err)
			}
		}
		for text, b := range map[string]bytes.Buffer{
			`"shuffle": 18446744073709551615,`:                       json,
			"# shuffle: 18446744073709551615\n":                      ktap,
			`<property name="shuffle" value="18446744073709551615">`: junit,
		} {
			if strings.Contains(b.String(), text) != want || strings.Contains(b.String(), "shuffle") != want {
				t.Errorf("seed %d, %q: %s", seed, text, b.String())
			}
		}
		if err := validate(t, json.String()); err != nil {
			t.Error(err)
		}
	}
}

// stepping adds a step to each test.
type stepping struct{ Reporter }

func (s stepping) Start(name string) {
	s.Reporter.Start(name)
	s.Step(name, "insmod klp_a states=1:1")
}

func TestGolden(t *testing.T) {
	human := func(o HumanOptions) func(*bytes.Buffer) Reporter {
		return func(b *bytes.Buffer) Reporter { return NewHuman(b, o) }
	}
	for name, newReporter := range map[string]func(*bytes.Buffer) Reporter{
		"human.golden":    human(HumanOptions{}),
		"color.golden":    human(HumanOptions{Color: true}),
		"verbose.golden":  human(HumanOptions{Verbose: true}),
		"ktap.golden":     func(b *bytes.Buffer) Reporter { return NewKTAP(b) },
		"json.golden":     func(b *bytes.Buffer) Reporter { return NewJSON(b) },
		"junit.golden":    func(b *bytes.Buffer) Reporter { return newJUnit(b) },
		"markdown.golden": func(b *bytes.Buffer) Reporter { return whole(WriteMarkdown)(b, HumanOptions{}) },
		"kcidb.golden":    func(b *bytes.Buffer) Reporter { return whole(WriteKCIDB)(b, HumanOptions{}) },
		"ktapruns.golden": func(b *bytes.Buffer) Reporter { return whole(WriteKTAP)(b, HumanOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			synctest.Test(t, func(t *testing.T) {
				if err := sampleDocument().Play(stepping{newReporter(&b)}); err != nil {
					t.Fatal(err)
				}
			})
			golden(t, name, b.String())
		})
	}
}
