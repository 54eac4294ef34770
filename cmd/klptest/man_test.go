// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// TestMan checks that the page has each command with its flags, and that groff does not
// warn about it.
func TestMan(t *testing.T) {
	root := (&app{}).rootCommand()
	var page bytes.Buffer
	if err := writeMan(&page, root); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`.SS "klptest run [CASE|PATTERN|`, `.SS "klptest kernel fetch`, `.B "\-j, \-\-jobs int"`,
		`.B "\-\-max\-size SIZE"`, `.B "KLPTEST_KERNEL"`, "\n\\&nothing was run\n",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("it lacks %s", want)
		}
	}
	for line := range strings.Lines(page.String()) {
		if strings.HasPrefix(line, "'") || len(line) > 1 && line[0] == '.' && !strings.ContainsAny(line[1:2], "TSBnf") {
			t.Errorf("a text became a macro: %s", line)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("no groff to read it")
	}
	c := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
	c.Stdin = &page
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("groff: %v\n%s", err, out)
	}
}
