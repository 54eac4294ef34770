// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// printedValue matches what the files of livepatches and modules contain.
var printedValue = regexp.MustCompile(`^-?\w{1,20}$`)

// print gives a line of output to the first of the files just shown that has
// none: each has one line.
func (t *teller) print(l line) *step {
	value := strings.TrimPrefix(l.text, "= ")
	for _, s := range t.asked {
		if s.op == opCat && s.printedAt == 0 && s.errno == "" && printedValue.MatchString(value) {
			s.printed, s.printedAt = value, l.n
			return s
		}
	}
	return nil
}

// answers returns the predicted lines of each step that is in the case.
func (d *draft) answers() map[*step][]string {
	list := map[*step][]string{}
	k := 0
	for _, c := range d.commands {
		if c.text == "" {
			continue
		}
		if c.step != nil && k < len(d.predicted.Steps) {
			list[c.step] = d.predicted.Steps[k]
		}
		k++
	}
	return list
}

// shownOutput returns the numbers of the lines of output, and of errors among it,
// that belong to commands of the case.
func (r *report) shownOutput() map[int]bool {
	list := map[int]bool{}
	for s := range r.answers() {
		list[s.printedAt], list[s.failedAt] = true, true
	}
	return list
}

// surprise is an answer of the report's that a healthy kernel does not give.
type surprise struct {
	line      int // of the report
	got, want string
	refusal   bool // a command fails that should succeed
}

const success = "success"

// surprises compares the report's errnos and outputs with the predicted ones.
func (r *report) surprises() (list []surprise) {
	if r.failed != nil {
		return nil
	}
	answers := r.answers()
	for _, s := range r.m.t.steps {
		lines, ok := answers[s]
		if want := predictedErrno(lines); ok && s.failedAt > 0 && s.errno != want {
			refusal := want == success && !s.fails && !slices.Contains(ofTheSetup, s.errno) // s.fails: the log says why
			list = append(list, surprise{s.failedAt, s.errno, want, refusal})
		}
		if want := predictedOutput(lines); ok && s.printedAt > 0 && s.printed != want && !s.isNewFile() {
			list = append(list, surprise{line: s.printedAt, got: s.printed, want: want})
		}
	}
	slices.SortStableFunc(list, func(a, b surprise) int { return a.line - b.line })
	return list
}

// ofTheSetup are the errnos of commands that fail for reasons outside livepatching:
// a missing or unfit file, a module that was there before, a user who may not.
var ofTheSetup = []string{"ENOENT", "ENOEXEC", "EEXIST", "EPERM", "EACCES", "ESRCH", "EKEYREJECTED", "ENOKEY"}

// isNewFile reports whether later kernels than the predicted one have the file.
func (s *step) isNewFile() bool { return strings.HasSuffix(s.path, "/stack_order") }

func predictedErrno(lines []string) string {
	for _, line := range lines {
		if errno, ok := strings.CutPrefix(line, "! "); ok {
			return errno
		}
	}
	return success
}

func predictedOutput(lines []string) string {
	for _, line := range lines {
		if value, ok := strings.CutPrefix(line, "= "); ok {
			return value
		}
	}
	return predictedErrno(lines)
}

// isRefusal reports whether the report shows a command failing that should succeed.
func (r *report) isRefusal() bool {
	return slices.ContainsFunc(r.surprises(), func(s surprise) bool { return s.refusal })
}

// unexpected names the answers that a healthy kernel does not give.
func (r *report) unexpected() string {
	var parts []string
	running := false
	for _, s := range r.surprises() {
		parts = append(parts, fmt.Sprintf("%s instead of %s (line %d)", s.got, s.want, s.line))
		running = running || s.refusal && (s.got == "EBUSY" || s.got == "EAGAIN")
	}
	if parts == nil {
		return ""
	}
	if more := len(parts) - maxOthers; more > 0 {
		parts = append(parts[:maxOthers], fmt.Sprintf("and %d more", more))
	}
	text := "The report has what the commands do not explain: " + strings.Join(parts, ", ") + ".\n"
	if running {
		text += "A command may fail so while a transition runs: if one did, hold it open.\n"
	}
	return text
}
