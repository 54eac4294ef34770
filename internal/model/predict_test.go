// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

func parse(t testing.TB, transcript string) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse("a.txtar", []byte("A case.\n\n-- transcript --\n"+transcript))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// expectation matches any line of a transcript except commands and comments.
var expectation = regexp.MustCompile(`(?m)^[^%#\[\n].*\n|^\[[^\]]*\][ \t]*[^% \t\n].*\n`)

// TestPredictShipped: the prediction for a file does not depend on the lines
// that it expects.
func TestPredictShipped(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if _, why := beyond(c); why != "" {
			continue
		}
		data, err := fs.ReadFile(cases.ShippedFS(), c.File)
		if err != nil {
			t.Fatal(err)
		}
		blank := withoutExpectations(t, c, data)
		full, err1 := Predict(t.Context(), "6.12", c)
		got, err2 := Predict(t.Context(), "6.12", blank)
		if d := cmp.Diff(full, got); d != "" || errText(err1) != errText(err2) {
			t.Errorf("%s: %v, %v\n%s", c.Name, err1, err2, d)
		}
	}
}

// withoutExpectations parses the file again, without the lines that it expects,
// but with all of its commands.
func withoutExpectations(t *testing.T, c *casefile.Case, data []byte) *casefile.Case {
	t.Helper()
	head, transcript, _ := strings.Cut(string(data), "-- transcript --\n")
	bare := head + "-- transcript --\n" + expectation.ReplaceAllString(transcript, "")
	blank, err := casefile.Parse(c.File, []byte(bare))
	if err != nil || len(blank.Steps) != len(c.Steps) {
		t.Fatalf("%s: %v, or not %d commands:\n%s", c.File, err, len(c.Steps), bare)
	}
	for _, s := range blank.Steps {
		if len(s.Expect) > 0 {
			t.Fatalf("%s:%d: %v left", c.File, s.Line, s.Expect)
		}
	}
	return blank
}

func TestWithoutExpectations(t *testing.T) {
	const text = "A.\n\n-- transcript --\n[kernel >= 6.11]  % cat /x\n[kernel >= 7] = 1\n[not kernel >= 7] = 2\n\\% log\n% wait klp_a\n"
	c, err := casefile.Parse("a.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	withoutExpectations(t, c, []byte(text))
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// lowerReversed makes the kernel read beyond a list.
const lowerReversed = `% insmod klp_target
% insmod klp_a objs=klp_target funcs=klp_target_hold_old,klp_target_hold_new
% hold new
% echo 2 > /sys/module/klp_target/parameters/hold_new
% insmod klp_b objs=klp_target funcs=klp_target_hold_old
% echo 0 > /sys/kernel/livepatch/klp_a/enabled &
% echo 1 > /sys/kernel/livepatch/klp_a/enabled
`

func TestPredictRefuses(t *testing.T) {
	own := parse(t, "% insmod klp_own\n-- klp_own.c --\nint x;\n")
	for _, tc := range []struct {
		c             *casefile.Case
		release, want string
	}{
		{parse(t, "% insmod klp_a\n% sh true\n"), "6.12", "a.txtar:5: the model does not cover sh"},
		{own, "6.12", "a.txtar:6: the model does not cover modules of a case's own"},
		{parse(t, "% insmod klp_a\n% cat /etc/passwd\n"), "6.12", "/etc/passwd"},
		{parse(t, "% insmod klp_a funcs=schedule\n"), "6.12", "the function schedule"},
		{parse(t, "% insmod klp_a objs=klp_target funcs=klp_target:klp_target_init\n"), "6.12", "the function klp_target_init"},
		{parse(t, "% insmod klp_target\n% hold old\n% insmod klp_a objs=klp_target funcs=klp_target_hold_old\n% rmmod klp_a\n"), "6.12", "a.txtar: % insmod klp_a objs=klp_target funcs=klp_target_hold_old: transition of klp_a did not end"},
		{parse(t, lowerReversed), "6.12", "% echo 1 > /sys/kernel/livepatch/klp_a/enabled: the model does not cover reversing"},
		{parse(t, "% insmod klp_a\n"), "5.4", "there is no model of Linux 5.4"},
		{parse(t, "% insmod klp_a\n"), "debian", "not a kernel release"},
	} {
		got, err := Predict(t.Context(), tc.release, tc.c)
		if err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q, %v; want %q", got, err, tc.want)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Predict(ctx, "6.12", parse(t, "% insmod klp_a\n")); !errors.Is(err, stop) {
		t.Errorf("canceled: %v", err)
	}
}

// TestCheckShipped: no shipped case differs from the model, and the model omits
// no case that it could judge.
func TestCheckShipped(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		for _, p := range Check(t.Context(), c) {
			t.Error(p)
		}
		if _, why := beyond(c); why == "" && len(c.Needs) == 0 {
			if _, err := Predict(t.Context(), "6.12", c); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	const load = "% insmod klp_a\nlivepatch: enabling patch 'klp_a'\n"
	const rest = "livepatch: 'klp_a': initializing patching transition\nklp_a: pre_patch vmlinux\n" +
		"livepatch: 'klp_a': starting patching transition\nlivepatch: 'klp_a': completing patching transition\n" +
		"klp_a: post_patch vmlinux\nlivepatch: 'klp_a': patching complete\n"
	for _, tc := range []struct{ transcript, want string }{
		{load, "a.txtar:5: the model of Linux 6.12 differs: nothing more expected here; got: livepatch: 'klp_a': initializing patching transition"},
		{load + rest, "a.txtar:4: the model of Linux 6.12 differs: module klp_a is still loaded"},
		{load + rest + "% cat /sys/kernel/livepatch/klp_a/replace\n[kernel < 6.11] ! ENOENT\n[kernel >= 6.11] = 1\n" +
			"% cat /sys/kernel/livepatch/klp_a/stack_order\n[kernel < 6.14] ! ENOENT\n[kernel >= 6.14] = 1\n",
			"a.txtar:4: the model of Linux 6.1 differs: module klp_a is still loaded\n" +
				"a.txtar:14: the model of Linux 6.12 differs: expected: = 1; got: = 0"},
		{load + "% sh true\n", ""},
		{load + "% cat /etc/passwd\n", ""},
	} {
		var got []string
		for _, p := range Check(t.Context(), parse(t, tc.transcript)) {
			got = append(got, p.String())
		}
		if d := cmp.Diff(tc.want, strings.Join(got, "\n")); d != "" {
			t.Errorf("%s(-want +got):\n%s", tc.transcript, d)
		}
	}
}

// Until finds the first kernel for which a transcript no longer holds.
func TestUntil(t *testing.T) {
	for commands, want := range map[string]string{
		"% insmod klp_a\n": "",
		"% echo 0 > /proc/sys/kernel/ftrace_enabled\n":                     "7.3",
		"% insmod klp_target init_ret=5\n":                                 "7.1",
		"% insmod klp_a\n% cat /sys/kernel/livepatch/klp_a/stack_order\n":  "6.14",
		"% insmod klp_a\n% cat /sys/kernel/livepatch/klp_a/replace\n":      "",
		"% insmod klp_a\n% cat /sys/kernel/livepatch/klp_a/no_such_file\n": "",
		"% sh true\n": "",
	} {
		c, err := casefile.Parse("c.txtar", []byte("A case.\n\n-- transcript --\n"+commands))
		if err != nil {
			t.Fatal(err)
		}
		if got := Until(t.Context(), "6.12", c); got != want {
			t.Errorf("%q: %q, want %q", commands, got, want)
		}
	}
}
