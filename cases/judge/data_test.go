// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
)

func TestDataFaults(t *testing.T) {
	tests := []struct {
		name   string
		log    string
		leaves []string
		want   []string
	}{
		{"freed by another", "klp_a: alloc klp_a/1/1\nklp_b: free klp_a/1/1", nil, nil},
		{"taken and freed", "klp_a: alloc klp_a/1/1\nklp_b: take klp_a/1/1\nklp_b: free klp_a/1/1", nil, nil},
		{"loaded again", "klp_a: alloc klp_a/1/1\nklp_a: free klp_a/1/1\nklp_a: alloc klp_a/1/1\nklp_a: free klp_a/1/1", nil, nil},
		{"not data", "klp_a: free klp_a/1\nklp_a: freed klp_a/1/1\nx klp_a: free klp_a/1/1", nil, nil},
		{"leak", "klp_a: alloc klp_a/1/1\nklp_a: alloc klp_a/2/1\nklp_a: free klp_a/1/1", nil, []string{"klp_a/2/1 never freed; klp_a had it last"}},
		{"leak of the taker", "klp_a: alloc klp_a/1/1\nklp_b: take klp_a/1/1", []string{"klp_a"}, []string{"klp_a/1/1 never freed; klp_b had it last"}},
		{"stays", "klp_a: alloc klp_a/1/1\nklp_b: take klp_a/1/1", []string{"klp_b"}, nil},
		{"allocated twice", "klp_a: alloc klp_a/1/1\nklp_a: alloc klp_a/1/1\nklp_a: free klp_a/1/1", nil, []string{"klp_a/1/1 allocated twice"}},
		{"freed twice", "klp_a: alloc klp_a/1/1\nklp_a: free klp_a/1/1\nklp_b: free klp_a/1/1", nil, []string{"klp_a/1/1 freed twice, by klp_a and klp_b"}},
		{"taken late", "klp_a: alloc klp_a/1/1\nklp_a: free klp_a/1/1\nklp_b: take klp_a/1/1", nil, []string{"klp_a/1/1 taken by klp_b after klp_a freed it"}},
		{"never allocated", "klp_b: free klp_a/1/1", nil, []string{"klp_a/1/1 never allocated, but freed by klp_b"}},
		{"never allocated, taken", "klp_b: take klp_a/1/1", nil, []string{"klp_a/1/1 never allocated, but taken by klp_b"}},
	}
	for _, test := range tests {
		var log []klog.Entry
		for line := range strings.SplitSeq(test.log, "\n") {
			log = append(log, klog.Entry{Text: line})
		}
		c := &casefile.Case{Leaves: test.leaves}
		if d := cmp.Diff(test.want, dataFaults(c, log, true)); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
	if got := dataFaults(&casefile.Case{}, []klog.Entry{{Text: "klp_a: alloc klp_a/1/1"}}, false); got != nil {
		t.Errorf("a run that was cut short: %q", got)
	}
}
