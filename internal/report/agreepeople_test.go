// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlStatuses returns the counts in the head of the page, and checks that the grid agrees.
func htmlStatuses(t *testing.T, text string) statuses {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	head, grid := statuses{}, statuses{}
	for _, li := range all(all(root, has("counts"))[0], tag(atom.Li)) {
		verdict, n, _ := strings.Cut(textOf(li), " ")
		if head[verdict], err = strconv.Atoi(n); err != nil {
			t.Error(err)
		}
	}
	for _, td := range all(root, tag(atom.Td)) {
		grid[textOf(td)]++
	}
	delete(grid, "–") // only in the other run
	if d := cmp.Diff(head, grid); d != "" {
		t.Errorf("the page's head and its grid (-head +grid):\n%s", d)
	}
	for _, p := range all(root, has("early")) {
		if _, names, ok := strings.Cut(textOf(p), "Not run: "); ok {
			head["not run"] += 1 + strings.Count(names, ", ")
		}
	}
	return head
}

// endWords are the words in the last line of one or several runs.
var endWords = map[string]string{
	"passed": "PASS", "failed": "FAIL", "errors": "ERROR", "error": "ERROR", "skipped": "SKIP",
	"failed as expected": "XFAIL", "passed unexpectedly": "XPASS", "not run": "not run",
}

var endCounts = regexp.MustCompile(`(\d+) ([a-z ]+?)(?:,| in )`)

// lastLine reads the counts in the last line of the human format.
func lastLine(line string) statuses {
	s := statuses{}
	for _, m := range endCounts.FindAllStringSubmatch(line, -1) {
		n, _ := strconv.Atoi(m[1])
		s[endWords[m[2]]] += n
	}
	return s
}

// humanStatuses counts the result lines. The last line of each run and the total must
// agree.
func humanStatuses(t *testing.T, docs []Document) statuses {
	sum := statuses{}
	for _, d := range docs {
		var b bytes.Buffer
		if err := d.Play(NewHuman(&b, HumanOptions{})); err != nil {
			t.Fatal(err)
		}
		seen := statuses{}
		results, recap, _ := strings.Cut(b.String(), "\n\n")
		for line := range strings.Lines(results) {
			seen[humanResult.FindString(line)]++
		}
		seen["not run"] = len(humanNotRun.FindAllString(recap, -1))
		clean(seen)
		lines := strings.Split(strings.TrimSpace(recap), "\n")
		if diff := cmp.Diff(seen, clean(lastLine(lines[len(lines)-1]))); diff != "" {
			t.Errorf("the lines and the last one on %s (-lines +last):\n%s", d.On(), diff)
		}
		for name, n := range seen {
			sum[name] += n
		}
	}
	if diff := cmp.Diff(sum, clean(lastLine(Total(docs)))); diff != "" {
		t.Errorf("the lines and the total (-lines +total):\n%s", diff)
	}
	return sum
}

var (
	humanResult = regexp.MustCompile(`^X?(PASS|FAIL|ERROR|SKIP)\b`)
	humanNotRun = regexp.MustCompile(`(?m)^not run `)
)

// clean removes zero counts and those without a name.
func clean(s statuses) statuses {
	maps.DeleteFunc(s, func(name string, n int) bool { return name == "" || n == 0 })
	return s
}
