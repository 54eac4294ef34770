// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sample = File{
	Name: "kernel/livepatch/state.c",
	Lines: []Line{
		{Number: 2, Function: "f", Count: 4, Branches: []uint64{4, 0}},
		{Number: 3, Function: "f", Count: 0, Branches: []uint64{0, 0}},
		{Number: 4, Function: "f", Count: 12},
	},
	Source: []string{"int f(void)", "\tif (a)", "\t\tif (b)", "\treturn 0;", "}"},
}

func TestTotal(t *testing.T) {
	want := Total{Lines: 3, LinesRun: 2, Branches: 4, BranchesRun: 1}
	if got := sample.Total(); got != want {
		t.Errorf("%+v", got)
	}
	if got := TotalOf([]File{sample, sample}); got != want.Plus(want) {
		t.Errorf("%+v", got)
	}
}

func TestRanOf(t *testing.T) {
	want := map[string]Ran{"kernel/livepatch/state.c": {Lines: "2 4", Branches: "0"}}
	if diff := cmp.Diff(want, RanOf([]File{sample, {Name: "a.c", Lines: []Line{{Number: 1}}}})); diff != "" {
		t.Error(diff)
	}
}

func TestLcov(t *testing.T) {
	var b strings.Builder
	if err := WriteLcov(&b, "klptest", []File{sample}); err != nil {
		t.Fatal(err)
	}
	want := `TN:klptest
SF:kernel/livepatch/state.c
BRDA:2,0,0,4
BRDA:2,0,1,0
BRDA:3,0,0,-
BRDA:3,0,1,-
BRF:4
BRH:1
DA:2,4
DA:3,0
DA:4,12
LF:3
LH:2
end_of_record
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestListing(t *testing.T) {
	var b strings.Builder
	if err := sample.WriteListing(&b); err != nil {
		t.Fatal(err)
	}
	want := `kernel/livepatch/state.c: 66.6% of 3 lines, 25.0% of 4 branches
! not run   ? a branch not taken; columns: mark, count, branches taken, line

                        1  int f(void)
?         4     1/2     2  	if (a)
!         0     0/2     3  		if (b)
         12             4  	return 0;
                        5  }
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestListingWithoutSource(t *testing.T) {
	f := sample
	f.Source = nil
	if list := f.Listing(); len(list) != 3 || list[1].Class != "missed" {
		t.Errorf("%v", list)
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		numbers []int
		want    string
	}{
		{nil, ""}, {[]int{3}, "3"}, {[]int{3, 4}, "3-4"}, {[]int{1, 3, 4, 5, 9}, "1 3-5 9"},
	} {
		got := Ranges(c.numbers)
		back, err := Numbers(got)
		if got != c.want || err != nil || !slices.Equal(back, c.numbers) {
			t.Errorf("%v: %q, and back %v, %v", c.numbers, got, back, err)
		}
	}
	for _, bad := range []string{"x", "3-", "5-3", "3 3", "4 3", "-1", "1-9999999", "1 2-99999999999"} {
		if n, err := Numbers(bad); err == nil {
			t.Errorf("%q: %v", bad, n)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add("1 3-5 9")
	f.Fuzz(func(t *testing.T, text string) {
		numbers, err := Numbers(text)
		if err != nil {
			return
		}
		again, err := Numbers(Ranges(numbers))
		if err != nil || !slices.Equal(again, numbers) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 0, "-"}, {0, 9, "0.0%"}, {999, 1000, "99.9%"}, {9999, 10000, "99.9%"}, {5, 5, "100.0%"}} {
		if got := Percent(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %s", c.part, c.whole, got)
		}
	}
}

func TestFunctions(t *testing.T) {
	f := File{Source: strings.Split(`#define X(a) a
static int __klp_disable_patch(struct klp_patch *patch);

static ssize_t enabled_store(struct kobject *kobj,
			     const char *buf)
{
	int ret = kstrtobool(buf);

out:
	return ret;
}

struct klp_state *klp_get_state(int id)
{
	return NULL;
}
EXPORT_SYMBOL_GPL(klp_get_state);

module_init(klp_init);`, "\n")}
	names := f.Functions()
	for line, want := range map[int]string{
		1: "", 2: "", 3: "", 4: "enabled_store", 5: "enabled_store", 7: "enabled_store", 9: "enabled_store", 11: "enabled_store", 12: "",
		13: "klp_get_state", 15: "klp_get_state", 17: "", 19: "",
	} {
		if got := names[line-1]; got != want {
			t.Errorf("line %d is in %q, not %q", line, got, want)
		}
	}
}
