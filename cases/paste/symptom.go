// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
)

// findSplats marks the lines of splats and stack dumps.
func findSplats(lines []line, modules map[string]bool) {
	var texts, names []string
	var at []int
	for i, l := range lines {
		if l.kind == isRecord || l.kind == isNoise && !l.user || l.kind == isText && l.why == "" || l.kind == isOutput {
			texts, at = append(texts, l.text), append(at, i)
		}
	}
	for name := range modules {
		names = append(names, name)
	}
	folded := klog.FoldLines(texts, names)
	kept := map[int]bool{}
	for _, f := range folded {
		kept[f.At] = true
	}
	for _, f := range folded {
		if f.Fold == "" {
			continue
		}
		for k := f.At; k < len(texts) && (k == f.At || !kept[k]); k++ {
			markSplat(&lines[at[k]], f)
		}
		if before := f.At - 1; before >= 0 && !kept[before] && lines[at[before]].symptom == "" {
			markSplat(&lines[at[before]], f) // the rule above a report
		}
	}
}

func markSplat(l *line, f klog.Folded) {
	if !f.Splat {
		if l.kind != isText {
			l.set(isNoise, stackDump)
		}
		return
	}
	l.symptom = strings.TrimPrefix(f.Fold, "* ")
	l.set(isSymptom, l.symptom)
}

// symptoms returns the faults in a test's lines, each once, the most telling
// first: faults in livepatching, then in the order of the log.
func symptoms(lines []line) []string {
	var list, missing []string
	for _, l := range lines {
		switch {
		case l.symptom == "":
		case strings.HasPrefix(l.symptom, "missing "):
			missing = append(missing, l.symptom)
		case !slices.Contains(list, l.symptom):
			list = append(list, l.symptom)
		}
	}
	list = slices.Concat(list, missing)
	slices.SortStableFunc(list, func(a, b string) int { return weight(a) - weight(b) })
	return slices.Compact(list)
}

// weight orders symptoms: a splat before a difference in a transcript, and a
// panic after its causes.
func weight(symptom string) int {
	kind, where, _ := strings.Cut(symptom, " ")
	switch {
	case kind == "missing":
		return 3
	case kind == "extra":
		return 4
	case kind == "panic", kind == "splat":
		return 2
	case strings.Contains(where, "klp"):
		return 0
	}
	return 1
}
