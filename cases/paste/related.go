// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strings"
	"sync"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// How many shipped cases are named, and how much they must have in common.
const (
	maxRelated  = 3
	leastCommon = 0.5
)

// special are features that make a shipped case unrelated to a case without them:
// livepatch's calls hardly ever fail by themselves, a shell's commands do more than can
// be seen, and only the shipped klp_rela looks like a livepatch without callbacks.
var special = []string{string(machine.Fail), string(machine.Sh), relocated}

const relocated = "klp_rela"

// shippedFeatures returns the shipped cases with their features.
var shippedFeatures = sync.OnceValues(func() (list []featured, err error) {
	shipped, err := cases.Shipped()
	for _, c := range shipped {
		list = append(list, featured{c, features(c)})
	}
	return list, err
})

type featured struct {
	c        *casefile.Case
	features map[string]bool
}

// related returns the shipped cases on the same subject, most similar first.
func related(c *casefile.Case, shipped []featured) []*casefile.Case {
	mine := features(c)
	type scored struct {
		c     *casefile.Case
		score float64
	}
	var list []scored
	for _, s := range shipped {
		if slices.ContainsFunc(special, func(f string) bool { return s.features[f] && !mine[f] }) {
			continue
		}
		if score := alike(mine, s.features); score >= leastCommon {
			list = append(list, scored{s.c, score})
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var out []*casefile.Case
	for _, s := range list[:min(maxRelated, len(list))] {
		out = append(out, s.c)
	}
	return out
}

// features describes the subject of a case in words: the core's lines, and the
// requests of its commands. Their number does not count, but their sequence
// does. Lines with conditions count if release has them.
func features(c *casefile.Case) map[string]bool {
	f := map[string]bool{}
	last := ""
	for _, s := range c.Resolve(machine.Facts{Release: release}) {
		if s.Command.Verb == machine.Insmod && s.Command.Args[0] == relocated {
			f[relocated] = true
		}
		for _, word := range commandFeatures(s.Command) {
			f[word] = true
		}
		for _, x := range s.Expect {
			if x.Kind == casefile.Errno {
				f[string(s.Command.Verb)+" "+x.Text] = true
			}
			if strings.HasPrefix(x.Text, "* ") {
				f[x.Text] = true
			}
			e, ok := readEvent(x.Text)
			if !ok || e.what == otherLine || e.what == callback {
				continue
			}
			word := string(e.what)
			if e.down {
				word += " down"
			}
			f[word] = true
			f[last+" > "+word] = true
			last = word
		}
	}
	return f
}

func commandFeatures(c machine.Command) (list []string) {
	if c.Background {
		list = append(list, "held "+string(c.Verb))
	}
	for _, a := range c.Args {
		switch key, value, _ := strings.Cut(a, "="); key {
		case "replace", "data":
			list = append(list, key+value)
		case "states", "pre_patch_ret", "watch":
			list = append(list, key)
		}
	}
	switch c.Verb {
	case machine.Sh:
		list = append(list, string(c.Verb))
	case machine.Fail:
		list = append(list, string(c.Verb), string(c.Verb)+" "+c.Args[0])
	case machine.Echo:
		list = append(list, c.Args[1][strings.LastIndexByte(c.Args[1], '/')+1:]+" "+c.Args[0])
	}
	return list
}

// alike returns the share of all features that both have.
func alike(a, b map[string]bool) float64 {
	both := 0
	for word := range a {
		if b[word] {
			both++
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}
