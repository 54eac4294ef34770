// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/nearest"
	"github.com/klptest/klptest/internal/splat"
)

// Symptom is what a broken kernel does, according to a report. The transcript
// is what a healthy one does.
type Symptom struct {
	Kind  string // the kind of a fold, or one of the words below
	Where string // the function of a splat; a line of the log
}

// The symptoms that are not splats.
const (
	Refusal = "refusal" // a command fails that should succeed
	Missing = "missing" // the log lacks the line in Where
	Extra   = "extra"   // the log has the line in Where, and should not
)

var symptomWords = []string{Refusal, Missing, Extra}

func (s Symptom) String() string { return strings.TrimSpace(s.Kind + " " + s.Where) }

func (c *Case) setSymptom(value string) error {
	kind, where, _ := strings.Cut(value, " ")
	s := Symptom{kind, strings.TrimSpace(where)}
	isLine := s.Kind == Missing || s.Kind == Extra
	switch {
	case slices.Contains(klog.Folds, splat.Kind(kind)) && kind != string(klog.StackDump), s.Kind == Refusal && s.Where == "", isLine && s.Where != "":
		c.Symptom = &s
		return nil
	case isLine:
		return fmt.Errorf("%s must be followed by a line of the log", s.Kind)
	}
	known := slices.Clone(symptomWords)
	for _, k := range klog.Folds {
		if k != klog.StackDump {
			known = append(known, string(k))
		}
	}
	return fmt.Errorf("%q is not a symptom%s; the symptoms are %s, followed by a function or a line", value, nearest.DidYouMean(kind, known), strings.Join(known, ", "))
}
