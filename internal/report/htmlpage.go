// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// page is the content of the HTML report.
type page struct {
	Title    string
	Counts   []verdictCount
	Total    int // results
	Runs     []htmlRun
	Chunks   [][]htmlTest // the tests, divided so that the browser can skip those out of sight
	Tests    int
	Articles []article
	Coverage []htmlCoverage // of the runs that have coverage
}

type verdictCount struct {
	Verdict judge.Verdict
	N       int
}

// htmlRun is a column of the grid.
type htmlRun struct {
	Name   string   // unique among the runs
	Parts  []string // the name, split where a line may break
	About  []fact
	Early  string // why the run ended early, or empty
	NotRun string
}

type fact struct{ Name, Text string }

// htmlTest is a row of the grid: a test on each run.
type htmlTest struct {
	Name, Title string
	Words       string // by which a search finds it
	Passed      string // the article of a run on which it passed; empty: none
	Cells       []cell
}

// cell is a test on one run, which may have run it several times.
type cell struct {
	Verdict judge.Verdict // the worst verdict; empty: not run
	Times   string        // "3/20": how many of several results have that verdict
	Article string        // the article that explains it; empty: none
}

// worst has the verdicts in the order in which people look at them.
var worst = []judge.Verdict{judge.Fail, judge.Error, judge.XPass, judge.XFail, judge.Skip, judge.Pass}

// chunk is the approximate number of cells that a browser lays out at once.
const chunk = 400

func newPage(docs []Document) (page, error) {
	w := newArticles()
	var p page
	p.Counts, p.Total = tallied(docs)
	p.Title = title(p.Counts, p.Total)
	names := runNames(docs)
	for i, d := range docs {
		p.Runs = append(p.Runs, newHTMLRun(names[i], d))
		if len(d.Coverage) > 0 {
			p.Coverage = append(p.Coverage, newHTMLCoverage(names[i], d.Coverage))
		}
	}
	tests, err := grid(docs, names, w)
	if err != nil {
		return p, err
	}
	p.Tests = len(tests)
	p.Chunks = slices.Collect(slices.Chunk(tests, 1+chunk/(1+len(docs))))
	p.Articles = w.finish()
	return p, nil
}

// tallied counts the results by verdict, the worst first.
func tallied(docs []Document) (list []verdictCount, total int) {
	n := map[judge.Verdict]int{}
	for _, d := range docs {
		total += len(d.Outcomes)
		for _, o := range d.Outcomes {
			n[known(o.Verdict)]++
		}
	}
	for _, v := range worst {
		if n[v] > 0 {
			list = append(list, verdictCount{v, n[v]})
		}
	}
	return list, total
}

// title summarizes the runs for a browser tab.
func title(counts []verdictCount, total int) string {
	for _, c := range counts {
		if bad(c.Verdict) {
			return fmt.Sprintf("klptest: %d of %d %s", c.N, total, c.Verdict)
		}
	}
	return fmt.Sprintf("klptest: %s", printable.Count(total, "result", "results"))
}

func bad(v judge.Verdict) bool { return v == judge.Fail || v == judge.Error }

// grid makes the rows: the worst first, and otherwise in the order in which the tests ran.
func grid(docs []Document, names []string, w *articles) ([]htmlTest, error) {
	var list []string
	rows := map[string]*htmlTest{}
	for i, d := range docs {
		w.on = names[i]
		groups, order := grouped(d)
		for _, name := range order {
			row := rows[name]
			if row == nil {
				row = &htmlTest{Name: name, Title: printable.Line(groups[name][0].Title), Cells: make([]cell, len(docs))}
				rows[name], list = row, append(list, name)
			}
			c, words, err := w.cell(d, groups[name])
			if err != nil {
				return nil, err
			}
			if c.Verdict == judge.Pass && c.Article != "" {
				row.Passed, c.Article = cmp.Or(row.Passed, c.Article), ""
			}
			row.Cells[i] = c
			row.Words += " " + words
		}
	}
	tests := make([]htmlTest, len(list))
	for i, name := range list {
		tests[i] = *rows[name]
		tests[i].Words = strings.ToLower(name + " " + tests[i].Title + tests[i].Words)
	}
	slices.SortStableFunc(tests, func(a, b htmlTest) int { return cmp.Compare(a.rank(), b.rank()) })
	return tests, nil
}

// rank orders tests by the worst of their verdicts.
func (t htmlTest) rank() int {
	least := len(worst)
	for _, c := range t.Cells {
		if i := slices.Index(worst, c.Verdict); i >= 0 {
			least = min(least, i)
		}
	}
	return least
}

// grouped returns the outcomes of a run by test, and the tests in order.
func grouped(d Document) (groups map[string][]Outcome, order []string) {
	groups = map[string][]Outcome{}
	names := naming(d.Outcomes)
	for _, o := range d.Outcomes {
		name := printable.Line(names.Of(o.ID()))
		if groups[name] == nil {
			order = append(order, name)
		}
		groups[name] = append(groups[name], o)
	}
	return groups, order
}

// breakable matches the parts of a release.
var breakable = regexp.MustCompile(`[^-+]+[-+]?|[-+]`)

// runNames returns the names of the runs: what is tested, and when it began if
// several runs test the same.
func runNames(docs []Document) []string {
	var names []string
	times := map[string]int{}
	for _, d := range docs {
		name := printable.Line(cmp.Or(d.Release, d.Spec, d.Kernel, "?"))
		if d.Label != "" {
			name = printable.Line(d.Label) + " · " + name
		}
		times[name]++
		names = append(names, name)
	}
	for i, d := range docs {
		if times[names[i]] > 1 {
			names[i] += " · " + d.Started.UTC().Format("2006-01-02 15:04:05")
		}
	}
	return names
}

func newHTMLRun(name string, d Document) htmlRun {
	r := htmlRun{Name: name}
	r.Parts = breakable.FindAllString(r.Name, -1)
	add := func(name, text string) {
		if text = printable.Line(text); text != "" {
			r.About = append(r.About, fact{name, text})
		}
	}
	add("kernel", d.Kernel)
	add("release", d.Release)
	add("result", strings.TrimSuffix(counts(count(d.Results()), d.Total), "\n"))
	if !d.Started.IsZero() {
		add("started", d.Started.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	add("took", fmt.Sprintf("%.0f s", d.Took.Seconds()))
	add("klptest", d.Klptest)
	add("machine", d.Machine.String())
	add("host", strings.Join(slices.DeleteFunc([]string{d.Host.System, d.Host.Kernel, d.Host.Processor}, func(s string) bool { return s == "" }), ", "))
	add("flags", strings.Join(d.Flags, " "))
	if d.Shuffle != 0 {
		add("shuffle", fmt.Sprint(d.Shuffle))
	}
	r.Early, r.NotRun = printable.Line(d.Error), printable.Line(strings.Join(d.NotRun(), ", "))
	return r
}

// Early reports whether any run did not complete.
func (p page) Early() bool {
	return slices.ContainsFunc(p.Runs, func(r htmlRun) bool { return r.Early != "" || r.NotRun != "" })
}
