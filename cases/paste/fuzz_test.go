// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
)

// FuzzMake: any text is refused as the user's error, or becomes a case that
// parses, with no more than a transcript; each of its lines is explained.
func FuzzMake(f *testing.F) {
	for _, p := range reports(f) {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("", string(data))
	}
	f.Add("\x1b\n", "% \x00\n% sh &\n! x\n-- a --\n* Oops\n\\")
	f.Add("Covers: x", "livepatch: enabling patch 'a'\n")
	f.Add("", "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nbGl2ZXBhdGNoOiBlbmFibGluZyBwYXRjaCAnYScK\n--b--\n")
	f.Add("", "Subject: =?utf-8?q?x?=\nContent-Transfer-Encoding: quoted-printable\n\nlivepatch: enabling=\n patch =27a=27\n")
	f.Fuzz(func(t *testing.T, title, text string) {
		made, err := Make(t.Context(), []byte(text), Options{Title: title})
		if err != nil {
			if blame.Of(err) != blame.User {
				t.Fatalf("%v", err)
			}
			return
		}
		c, err := casefile.Parse(caseName, made.Case)
		if err != nil {
			t.Fatalf("%v:\n%s", err, made.Case)
		}
		version := func(n casefile.Condition) bool { return n.Fact == "kernel" && slices.Contains(model.Releases, n.Value) }
		if len(c.Sources)+len(c.Covers) > 0 || len(slices.DeleteFunc(c.Needs, version)) > 0 {
			t.Errorf("the text became more than a transcript:\n%s", made.Case)
		}
		last := 0
		for _, e := range made.Explained {
			if e.Line < last {
				t.Fatalf("line %d behind line %d", e.Line, last)
			}
			last = e.Line
			if e.Kind == "" {
				t.Errorf("line %d is of no kind: %q", e.Line, e.Text)
			}
		}
	})
}

// FuzzStages: each stage accepts the output of the one before it, for any text,
// and loses no line.
func FuzzStages(f *testing.F) {
	f.Add("> [ 1.0] livepatch: enabling patch\n> 'a'\n")
	f.Add("@@ -1 +1 @@\n-a\n+b\n\n--- expected\n+++ result\n")
	f.Add("check_result \"% insmod $A\n$A: x")
	f.Fuzz(func(t *testing.T, text string) {
		lines := readLines([]byte(text))
		n := len(lines)
		unlayer(lines)
		lines = unwrap(lines)
		lines = undiff(lines)
		lines = unsource(lines)
		classify(lines)
		got := 0
		for _, l := range lines {
			got += 1 + strings.Count(l.raw, "\n")
		}
		if got != n {
			t.Errorf("%d of %d lines are left", got, n)
		}
		tell(lines)
		for _, a := range actions(text) {
			if a.op == opLoad && !moduleName.MatchString(a.module) {
				t.Errorf("%q loads %q", text, a.module)
			}
		}
	})
}

// slowest bounds the processor time for an input of the largest size: a busy
// host does not count.
const slowest = 2 * time.Second

// TestLargest: the largest inputs, of each kind, do not take long.
func TestLargest(t *testing.T) {
	for name, unit := range map[string]string{
		"blank":     "\n",
		"a line":    "x",
		"prose":     "some words of a mail that go on and on\n",
		"noise":     "[    1.000000] usb 1-1: new high-speed USB device number 5\n",
		"records":   "[    1.000000] livepatch: enabling patch 'a'\n[    1.000000] livepatch: 'a': starting patching transition\n",
		"one patch": "livepatch: 'a': starting patching transition\nlivepatch: 'a': starting unpatching transition\n",
		"commands":  "# insmod a_b.ko\n",
		"chain":     "insmod a_b; ",
		"torn":      "[    1.000000] livepatch: 'a': starting\n",
		"diff":      "@@ -1 +1 @@\n-% insmod a_b\n+x\n",
		"stacks":    " klp_x+0x1/0x2\n",
		"splats":    "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n",
		"quotes":    "> ",
		"source":    "A=$A$A\ncheck_result \"% insmod $A\"\n",
		"tests":     "===== TEST: a =====\n% insmod a_b\n===== TEST: b =====\n",
		"modules":   "livepatch: applying patch 'a' to loading module 'b'\nlivepatch: reverting patch 'a' on unloading module 'b'\n",
		"mails":     "From a@b Thu Jan  1 00:00:00 1970\nSubject: x\nContent-Transfer-Encoding: base64\n\nYQo=\n",
		"parts":     "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n",
		"entities":  "&#39;&lt;",
		"controls":  "\x1b[3",
	} {
		data := []byte(strings.Repeat(unit, min(MaxText/len(unit), maxLines/max(1, strings.Count(unit, "\n")))))
		started := processorTime(t)
		_, err := Make(t.Context(), data, Options{})
		took := processorTime(t) - started
		t.Logf("%s: %s (%v)", name, took, err)
		if took > slowest {
			t.Errorf("%s takes %s", name, took)
		}
	}
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestRead(t *testing.T) {
	broken := errors.New("broken")
	if _, err := Read(t.Context(), iotest.ErrReader(broken), Options{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := Read(t.Context(), bytes.NewReader(make([]byte, MaxText+1)), Options{}); err == nil || blame.Of(err) != blame.User {
		t.Errorf("%v", err)
	}
}
