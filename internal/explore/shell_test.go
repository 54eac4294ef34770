// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
)

// TestShell: the script waits where the case does, and nowhere else.
func TestShell(t *testing.T) {
	for command, want := range map[string]string{
		"insmod klp_a states=1:1": "insmod ./klp_a.ko states=1:1; settle",
		"insmod klp_a &":          "insmod ./klp_a.ko",
		"rmmod klp_a":             "unload klp_a",
		"rmmod klp_target":        "rmmod klp_target; settle",
		"rmmod klp_target &":      "rmmod klp_target",
		"echo 1 > /x/enabled":     "echo 1 > /x/enabled; settle",
		"echo 1 > /x/enabled &":   "echo 1 > /x/enabled",
		"cat /x/enabled":          "cat /x/enabled",
		"hold old":                "echo 1 > /sys/module/klp_target/parameters/hold_old",
		"release new":             "echo 0 > /sys/module/klp_target/parameters/hold_new; settle",
		"release new &":           "echo 0 > /sys/module/klp_target/parameters/hold_new",
		"wait klp_a":              "settle",
	} {
		c, err := casefile.Parse("x", []byte("T\n-- transcript --\n% "+command+"\nklp_a: x\n"))
		if err != nil {
			t.Fatal(err)
		}
		script := string(shell(c))
		if !strings.HasSuffix(script, "\nsay '"+command+"'\n"+want+"\n# klp_a: x\n") {
			t.Errorf("%s:\n%s", command, script[strings.LastIndex(script, "say"):])
		}
		if out, err := exec.Command("sh", "-n", "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}

// TestShellFault: a fault lasts for one command.
func TestShellFault(t *testing.T) {
	c, err := casefile.Parse("x", []byte("T\n-- transcript --\n% fail kmalloc 3\n% insmod klp_a\n% rmmod klp_a\n"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "insmod ./klp_fault.ko function=kmalloc nth=3\n\nsay 'insmod klp_a'\ninsmod ./klp_a.ko; settle; rmmod klp_fault\n\nsay 'rmmod klp_a'\nunload klp_a\n"
	if script := string(shell(c)); !strings.HasSuffix(script, want) {
		t.Errorf("%s", script)
	}
}

// TestShellNamesModules: the script says which modules to build.
func TestShellNamesModules(t *testing.T) {
	c, err := casefile.Parse("x", []byte("T\n-- transcript --\n% insmod klp_target\n% insmod klp_a\n% insmod klp_a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "echo 'obj-m := klp_target.o klp_a.o' > Kbuild\n"; !strings.Contains(string(shell(c)), want) {
		t.Errorf("no %q in\n%s", want, shell(c))
	}
}
