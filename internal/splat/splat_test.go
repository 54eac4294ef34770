// SPDX-License-Identifier: Apache-2.0

package splat

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// corpus returns the lines of a file in testdata, without comments.
func corpus(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return lines
}

// expected splits "kind where fatal: line".
func expected(t testing.TB, entry string) (Splat, string) {
	t.Helper()
	want, line, ok := strings.Cut(entry, ": ")
	f := strings.Fields(want)
	if !ok || len(f) != 3 {
		t.Fatalf("not an entry: %q", entry)
	}
	return Splat{Kind: Kind(f[0]), Where: strings.TrimPrefix(f[1], "-"), Fatal: f[2] == "fatal"}, line
}

func TestMatchKnowsSplats(t *testing.T) {
	for _, entry := range corpus(t, "splats.txt") {
		want, line := expected(t, entry)
		got, ok := Match(line)
		if !ok {
			t.Errorf("no match: %s", line)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n(-want +got)\n%s", line, diff)
		}
	}
}

func TestMatchIsNotFooled(t *testing.T) {
	for _, line := range corpus(t, "innocent.txt") {
		if got, ok := Match(line); ok {
			t.Errorf("%q passes for %+v", line, got)
		}
	}
}

// TestQuotedSplat: a splat does not count if other text comes before it, such as
// the marker of a command or a module's own prefix.
func TestQuotedSplat(t *testing.T) {
	for _, entry := range corpus(t, "splats.txt") {
		_, line := expected(t, entry)
		for _, prefix := range []string{"% sh echo ", "klp_a; "} {
			if got, ok := Match(prefix + line); ok {
				t.Errorf("%q passes for %+v", prefix+line, got)
			}
		}
	}
}

// TestEveryRuleIsUsed keeps the corpus as wide as the table.
func TestEveryRuleIsUsed(t *testing.T) {
	used := make(map[int]bool)
	for _, entry := range corpus(t, "splats.txt") {
		_, line := expected(t, entry)
		for i, r := range rules {
			if r.re.MatchString(line) {
				used[i] = true
				break
			}
		}
	}
	for i, r := range rules {
		if !used[i] {
			t.Errorf("no line of the corpus is decided by %s", r.re)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, entry := range corpus(f, "splats.txt") {
		_, line := expected(f, entry)
		f.Add(line)
	}
	for _, line := range corpus(f, "innocent.txt") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got, ok := Match(line)
		if ok != (got.Kind != "") {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
		if !strings.Contains(line, got.Where) {
			t.Errorf("%q does not name %q", line, got.Where)
		}
		if got.Fatal && got.Kind != Panic {
			t.Errorf("%q: a fatal %s", line, got.Kind)
		}
	})
}

func BenchmarkMatchInnocent(b *testing.B) {
	lines := corpus(b, "innocent.txt")
	for i := range b.N {
		Match(lines[i%len(lines)])
	}
}
