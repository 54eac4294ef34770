// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/blame"
)

const (
	// MaxText is the size in bytes of the largest text that is read.
	MaxText = 1 << 20

	maxLines = 50_000 // of a text
	maxSteps = 400    // of a case
	caseName = "new.txtar"
)

// Options say how a case is made.
type Options struct {
	Title   string
	Test    string // which of several tests, by name or number; empty: the failing one
	Sources fs.FS  // where the C source of the reporter's modules is; nil: probes stand for them
}

// Made is the result of Make.
type Made struct {
	Case      []byte // the file
	Explained []Explanation
	Symptom   string           // the fault that the report shows; empty: none
	Related   []*casefile.Case // shipped cases about the same subject
	Predicted bool             // the expected lines are a healthy kernel's
	Partly    bool             // some are not predicted
}

// Explanation says what a line of the input was taken for.
type Explanation struct {
	Line int
	Kind string
	Why  string
	Text string
}

// Read is Make for a reader.
func Read(ctx context.Context, r io.Reader, o Options) (*Made, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, err
	}
	return Make(ctx, data, o)
}

// Make makes a case. Explained is returned even with an error, unless the text was
// not read at all.
func Make(ctx context.Context, data []byte, o Options) (*Made, error) {
	if err := bearable(data); err != nil {
		return &Made{}, err
	}
	if isCase(data) {
		return &Made{}, &blame.Error{Party: blame.User, Summary: "the text is already a case", Advice: "klptest check FILE.txtar checks it, klptest predict FILE.txtar completes it"}
	}
	lines := read(data)
	if o.Test == "" {
		selectBoot(lines, hasFailed)
	}
	test, err := selectTest(lines, o.Test)
	made := &Made{Explained: explain(lines)}
	if err != nil {
		return made, err
	}
	r, err := tellReport(ctx, lines, o)
	if err != nil {
		return made, err
	}
	r.title, r.test = o.Title, test
	return made, made.finish(ctx, r)
}

// isCase tells a case file from a report.
func isCase(data []byte) bool {
	text := string(data)
	return (strings.HasPrefix(text, "-- transcript --\n") || strings.Contains(text, "\n-- transcript --\n")) && strings.Contains(text, "\n% ")
}

// read turns a text into lines of evidence.
func read(data []byte) []line {
	lines := readLines(data)
	unlayer(lines)
	lines = unwrap(lines)
	lines = undiff(lines)
	lines = unsource(lines)
	classify(lines)
	return lines
}

// tellReport turns the lines into the commands of a case.
func tellReport(ctx context.Context, lines []line, o Options) (*report, error) {
	t := tell(lines)
	if !slices.ContainsFunc(t.steps, func(s *step) bool { return s.op == opLoad }) {
		return nil, &blame.Error{
			Party:   blame.User,
			Summary: "the text shows no livepatch being loaded, enabled or disabled",
			Advice:  "paste the kernel's log, or commands such as: % insmod klp_a; --explain says what each line was taken for",
		}
	}
	if len(t.steps) > maxSteps {
		return nil, blame.Userf("the text gives more than %d commands: paste the part that matters", maxSteps)
	}
	m, err := mapModules(t)
	if err != nil {
		return nil, err
	}
	r := &report{draft: predict(ctx, m), lines: lines}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if o.Sources != nil {
		r.sources, err = findSources(o.Sources, slices.Concat(m.patches, m.targets))
	}
	r.name(symptoms(lines))
	if r.isRefusal() {
		r.symptoms = append(r.symptoms, casefile.Refusal)
	}
	return r, err
}

// name sorts symptoms: those that the case can show; those that it cannot,
// because only the reporter's modules log them; and those that a healthy kernel
// shows as well, which are not symptoms.
func (r *report) name(list []string) {
	for _, s := range list {
		kind, text, _ := strings.Cut(s, " ")
		isLine := kind == "missing" || kind == "extra"
		if isLine && r.sources == nil && corePrefix.MatchString(text) {
			s = kind + " " + r.m.ourNames(text)
		}
		switch {
		case isLine && r.sources == nil && !corePrefix.MatchString(text), !validSymptom(s), kind == "missing" && !r.predicts(s):
			r.unnamed = append(r.unnamed, s)
		case r.predicts("* " + s), kind == "extra" && r.predicts(s) && !r.expects(text):
			r.healthy = append(r.healthy, s)
		case !slices.Contains(r.symptoms, s):
			r.symptoms = append(r.symptoms, s)
		}
	}
}

// predicts reports whether the line of a symptom, which follows its first word,
// is in the predicted transcript.
func (r *report) predicts(symptom string) bool {
	_, text, _ := strings.Cut(symptom, " ")
	if strings.HasPrefix(symptom, "* ") {
		text = symptom
	}
	text = r.m.ourNames(text)
	return slices.ContainsFunc(r.predicted.Steps, func(lines []string) bool { return slices.Contains(lines, text) })
}

// expects reports whether the report's own expectation has a line: then an extra one is
// too much, although a healthy kernel logs it.
func (r *report) expects(text string) bool {
	return slices.ContainsFunc(r.lines, func(l line) bool { return l.kind == isRecord && l.text == text })
}

var anyQuoted = regexp.MustCompile(`['(]\w+[')]`)

// ourNames replaces the names in a line of the core with klptest's.
func (m *mapping) ourNames(text string) string {
	return anyQuoted.ReplaceAllStringFunc(text, func(s string) string {
		return s[:1] + orSelf(m.ours[s[1:len(s)-1]], s[1:len(s)-1]) + s[len(s)-1:]
	})
}

// validSymptom reports whether a case can name the symptom.
func validSymptom(s string) bool {
	_, err := casefile.Parse(caseName, []byte("A.\n\nSymptom: "+klog.Escape(s)+"\n\n-- transcript --\n"))
	return err == nil
}

// finish writes the file and parses it as a user would.
func (made *Made) finish(_ context.Context, r *report) error {
	made.Case = r.write()
	c, err := casefile.Parse(caseName, made.Case)
	if err != nil {
		return err
	}
	if len(r.symptoms) > 0 {
		made.Symptom = r.symptoms[0]
	}
	made.Predicted = r.failed == nil
	made.Partly = strings.Contains(string(made.Case), "\n"+notPredicted)
	shipped, err := shippedFeatures()
	if err != nil {
		return err
	}
	made.Related = related(c, shipped)
	return nil
}

// explain says what each line was taken for.
func explain(lines []line) []Explanation {
	var list []Explanation
	for _, l := range lines {
		for i, raw := range strings.Split(l.raw, "\n") {
			why := l.why
			if i > 0 {
				why = fmt.Sprintf("goes on line %d", l.n)
			}
			list = append(list, Explanation{Line: l.n + i, Kind: string(l.kind), Why: why, Text: raw})
		}
	}
	return list
}
