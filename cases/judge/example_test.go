// SPDX-License-Identifier: Apache-2.0

package judge_test

import (
	"fmt"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

const refused = `A livepatch that lowers a version is refused.

Needs: kernel >= 5.5

-- transcript --
% insmod klp_a states=1:2
livepatch: enabling patch 'klp_a'
% insmod klp_b states=1:1
livepatch: Livepatch patch (klp_b) is not compatible with the already installed livepatches.
! EINVAL
`

func ExampleParse() {
	_, err := casefile.Parse("bad.txtar", []byte("A title.\n\nKernel: 6.12\n\n-- transcript --\n% inmsod klp_a\n"))
	fmt.Println(err)
	// Output:
	// bad.txtar:3: unknown header "Kernel"; the headers are CPUs, Covers, Fails, Holds, Ignores, Leaves, Memory, Needs, Repeat, Symptom, Taints, Timeout
	// bad.txtar:6: unknown command "inmsod" (did you mean insmod?); the commands are insmod, rmmod, echo, cat, wait, hold, release, sh, fail
}

// A kernel that accepts klp_b does not do what the case says.
func ExampleJudge() {
	c, err := casefile.Parse("refused.txtar", []byte(refused))
	if err != nil {
		fmt.Println(err)
		return
	}
	f := judge.Judge(c, judge.Observation{
		Facts: machine.Facts{Release: "6.12.117"},
		Answers: []machine.Answer{
			{Records: []machine.Record{{Facility: 1, Text: "% insmod klp_a states=1:2"}, {Text: "livepatch: enabling patch 'klp_a'"}}},
			{Records: []machine.Record{{Facility: 1, Text: "% insmod klp_b states=1:1"}, {Text: "livepatch: enabling patch 'klp_b'"}}},
		},
	})
	fmt.Println(f.Verdict)
	fmt.Print(f.Diff)
	// Output:
	// FAIL
	// --- refused.txtar (expected)
	// +++ observed
	// @@ -1,5 +1,4 @@
	//  % insmod klp_a states=1:2
	//  livepatch: enabling patch 'klp_a'
	//  % insmod klp_b states=1:1
	// -livepatch: Livepatch patch (klp_b) is not compatible with the already installed livepatches.    <-- refused.txtar:9
	// -! EINVAL
	// +livepatch: enabling patch 'klp_b'
}
