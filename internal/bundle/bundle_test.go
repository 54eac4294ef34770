// SPDX-License-Identifier: Apache-2.0

package bundle

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/report"
)

const text = "A case.\n\n-- transcript --\n% insmod klp_a\nlivepatch: enabling patch 'klp_a'\n-- klp_mine.c --\nint x;\n"

// failure returns a failure that has everything.
func failure(t testing.TB) Failure {
	t.Helper()
	c, err := casefile.Parse("dir/mine.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	facts := machine.Facts{Release: "6.12.1", Config: map[string]string{"LIVEPATCH": "y", "HZ": "250"}}
	seen := judge.Observation{Facts: facts, Answers: []machine.Answer{{Records: []machine.Record{{Facility: 1, Level: 4, Usec: 1_000_002, Text: "% insmod klp_a"}, {Level: 5, Usec: 2_500_000, Text: "livepatch: odd"}}}}}
	return Failure{
		Manifest: Manifest{Compiler: "gcc 12", Run: Run{KernelArgs: []string{"quiet"}, CPUs: 2, Accel: "tcg", Guests: "shared", Ignore: []string{"x y"}, Shuffle: 7}},
		Run: report.Provenance{Klptest: "v1", Kernel: "debian:6.12.1-1", Release: "6.12.1", Started: time.Unix(1e9, 0), Spec: "debian:6.12", Config: facts.Config,
			Flags: []string{"--trust-sources"}, Tests: []string{"x"}},
		Case:    c,
		Outcome: report.Outcome{Result: judge.Result{Name: "mine", Title: "A case.", File: "dir/mine.txtar", Verdict: judge.Fail, Reasons: []string{"dir/mine.txtar:5: wrong"}, Step: 1, Observed: "% insmod klp_a\nlivepatch: odd\n", QEMU: "qemu -x", Log: "/x", Observation: seen}},
		Console: []byte("console\r\n"),
	}
}

func written(t testing.TB, f Failure) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	f := failure(t)
	b, err := Read(bytes.NewReader(written(t, f)))
	if err != nil {
		t.Fatal(err)
	}
	want := f.Manifest
	want.Schema, want.Klptest, want.Written, want.File = Schema, "v1", time.Unix(1e9, 0).UTC(), "dir/mine.txtar"
	want.Kernel = Kernel{Name: "debian:6.12.1-1", Release: "6.12.1"}
	if d := cmp.Diff(want, b.Manifest); d != "" {
		t.Error(d)
	}
	for part, want := range map[string]string{
		CasePart: text, ConsolePart: "console\n", QEMUPart: "qemu -x", ObservedPart: "% insmod klp_a\nlivepatch: odd\n",
		ExpectedPart: "% insmod klp_a\nlivepatch: enabling patch 'klp_a'\n", ConfigPart: "CONFIG_HZ=250\nCONFIG_LIVEPATCH=y\n",
		LogPart: "<12>[    1.000002] % insmod klp_a\n<5>[    2.500000] livepatch: odd\n",
	} {
		if got := string(b.Parts[part]); got != want {
			t.Errorf("%s: %q, want %q", part, got, want)
		}
	}
	if got := b.Failure(); got.Name != "mine" || got.Step != 1 || got.Log != "" || b.Case.Name != "mine" || len(b.Case.Sources) != 1 {
		t.Errorf("%+v", got)
	}
	if d := cmp.Diff(f.Outcome.Observation, b.Failure().Observation); d != "" {
		t.Errorf("the observation cannot be judged again:\n%s", d)
	}
	if whole := string(b.Parts[ReportPart]); strings.Contains(whole, "trust-sources") {
		t.Error("words of the run are in the bundle")
	}
}

// TestLarge: what is written can be read, however much a guest has logged.
func TestLarge(t *testing.T) {
	const lines = 9 << 10
	for name, line := range map[string]func(int) string{
		"that packs well": func(int) string { return strings.Repeat("x", 1023) },
		"that does not":   func(i int) string { return fmt.Sprintf("%x", i) + strings.Repeat("\x01", 1000) },
	} {
		f := failure(t)
		var text bytes.Buffer
		for i := range lines {
			fmt.Fprintln(&text, line(i))
		}
		f.Outcome.Observed = text.String()
		f.Outcome.Observation.Answers[0].Output = text.String()
		f.Console = append(text.Bytes(), "the end\n"...)
		b, err := Read(bytes.NewReader(written(t, f)))
		if err != nil {
			t.Fatalf("a log %s: %v", name, err)
		}
		if got := string(b.Parts[ConsolePart]); !strings.HasPrefix(got, "[the beginning is cut off]\n") || !strings.HasSuffix(got, "the end\n") || len(got) != 8<<20 {
			t.Errorf("%d bytes of console: %.40q", len(got), got)
		}
	}
}

func TestSpec(t *testing.T) {
	for name, want := range map[string]bool{
		"debian:6.12.117-1~deb12u1": true, "debian:6.12": true, "/boot/vmlinuz": false, "host": false, "debian:../x": false, "debian:": false,
		"debian:x --qemu /x": false, "linux-6.12": false, "~/linux": false,
	} {
		if got := (Kernel{Name: name}).Spec(); (got != "") != want || want && got != name {
			t.Errorf("%q is %q", name, got)
		}
	}
}
