// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/apt"
)

// lists are apt's package lists.
type lists struct {
	sources []string // suites, as the sources name them
	fetched []string // those of them whose lists are there, and their codenames
	old     bool
}

func aptLists(ctx context.Context) (lists, error) {
	uris, err := ask(ctx, "apt-get", "update", "--print-uris")
	if err != nil {
		return lists{}, explainApt(err)
	}
	fetched, err := ask(ctx, "apt-get", "indextargets", "--format", "$(RELEASE) $(CODENAME)", "Created-By: Packages")
	if err != nil {
		return lists{}, explainApt(err)
	}
	return lists{parseSources(uris), strings.Fields(fetched), apt.Old("/", time.Now())}, nil
}

var sourceLine = regexp.MustCompile(`(?m)^'[^']*/dists/([^']+)/InRelease' `)

// parseSources reads apt-get update --print-uris.
func parseSources(text string) []string {
	var suites []string
	for _, m := range sourceLine.FindAllStringSubmatch(text, -1) {
		suites = append(suites, m[1])
	}
	return suites
}

// has tells whether the sources name a suite.
func (l lists) has(suite string) bool {
	return slices.Contains(l.sources, suite) || slices.Contains(l.fetched, suite)
}

// lacks tells whether the lists of a source are missing that may be the suite:
// by its name, or as stable, which is another suite every few years.
func (l lists) lacks(suite string) bool {
	return slices.ContainsFunc(l.sources, func(s string) bool {
		return !slices.Contains(l.fetched, s) && (s == suite || strings.Contains(s, "stable"))
	})
}

// mayBring tells whether a refresh may bring what one of the suites has. Without
// suites, any is meant.
func (l lists) mayBring(suites []string) bool {
	return l.old && (len(suites) == 0 || slices.ContainsFunc(suites, l.has)) || slices.ContainsFunc(suites, l.lacks)
}
