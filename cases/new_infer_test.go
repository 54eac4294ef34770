// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inferTests are what a log says of livepatches, line by line, without the
// prefix, and the commands and notes that New writes for it.
var inferTests = []struct{ name, log, want string }{
	{
		"enable and disable, with dynamic debug",
		"enabling patch 'a'|'a': initializing patching transition|'a': starting patching transition|'a': patching complete|" +
			"'a': initializing unpatching transition|'a': starting unpatching transition|'a': unpatching complete",
		"% insmod a|% echo 0 > /sys/kernel/livepatch/a/enabled|% rmmod a",
	},
	{
		"and without",
		"enabling patch 'a'|'a': starting patching transition|'a': patching complete|'a': starting unpatching transition|'a': unpatching complete",
		"% insmod a|% echo 0 > /sys/kernel/livepatch/a/enabled|% rmmod a",
	},
	{
		"two, one replaces the other",
		"enabling patch 'a'|'a': starting patching transition|'a': patching complete|enabling patch 'b'|'b': starting patching transition|" +
			"'b': patching complete|'b': starting unpatching transition|'b': unpatching complete",
		"% insmod a|% insmod b|% echo 0 > /sys/kernel/livepatch/b/enabled|% rmmod b|" +
			"# a is still enabled here: disable it, if nothing has replaced it, and rmmod it.",
	},
	{
		"refused", "Livepatch patch (b) is not compatible with the already installed livepatches.",
		"% insmod b|! EINVAL",
	},
	{
		"reversed, and again",
		"enabling patch 'a'|'a': starting patching transition|'a': reversing transition from patching to unpatching|" +
			"'a': starting unpatching transition|'a': reversing transition from unpatching to patching|'a': starting patching transition|" +
			"'a': patching complete",
		"% insmod a|% echo 0 > /sys/kernel/livepatch/a/enabled|% echo 1 > /sys/kernel/livepatch/a/enabled|" +
			"# a is still enabled here: disable it, if nothing has replaced it, and rmmod it.",
	},
	{
		"reversed, without dynamic debug",
		"enabling patch 'a'|'a': starting patching transition|'a': starting unpatching transition|'a': starting patching transition",
		"% insmod a|% echo 0 > /sys/kernel/livepatch/a/enabled|% echo 1 > /sys/kernel/livepatch/a/enabled|" +
			"# a is still enabled here: disable it, if nothing has replaced it, and rmmod it.",
	},
	{
		"failed, then loaded",
		"enabling patch 'a'|failed to enable patch 'a'|'a': unpatching complete|enabling patch 'a'|'a': starting patching transition|" +
			"'a': starting unpatching transition|'a': unpatching complete",
		"% insmod a|" + inferredNote + "|! EINVAL|% insmod a|% echo 0 > /sys/kernel/livepatch/a/enabled|% rmmod a",
	},
	{
		"loaded again", "enabling patch 'a'|enabling patch 'a'",
		"% insmod a|% rmmod a|% insmod a|# a is still enabled here: disable it, if nothing has replaced it, and rmmod it.",
	},
}

func TestInfer(t *testing.T) {
	for _, test := range inferTests {
		out, err := New("T", strings.NewReader("livepatch: "+strings.ReplaceAll(test.log, "|", "\nlivepatch: ")))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		_, script, _ := strings.Cut(string(out), "-- transcript --\n")
		var got []string
		for line := range strings.Lines(script) {
			if !strings.HasPrefix(line, "livepatch: ") {
				got = append(got, strings.TrimSuffix(line, "\n"))
			}
		}
		if d := cmp.Diff(strings.Split(test.want, "|"), got); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}
