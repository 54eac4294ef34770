// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/terminal"
)

// TestLostOutput: output that cannot be written is an error of every command, told once.
func TestLostOutput(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, line := range []string{
		"--help", "--version", "version", "run --help", "help", "help case", "case", "kernel", "completion bash", "man", "list", "list --coverage",
		"check state-add", "predict state-add", "show state-add", "cache ls", "cache rm --all", "doctor", "new --explain", "new",
	} {
		var said bytes.Buffer
		in := strings.NewReader("% insmod klp_a\n% rmmod klp_a\n")
		status := run(t.Context(), strings.Fields(line), streams{in, fullOutput{}, &said})
		if n := strings.Count(said.String(), "no space left on device"); status != exit.Error || n != 1 {
			t.Errorf("%s: status %d, told %d times: %s", line, status, n, said.String())
		}
	}
}

// TestStdoutIsNoTerminal: a writer that is no file, or a file that is no terminal.
func TestStdoutIsNoTerminal(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := (&stdout{Writer: f}).Fd(); got != f.Fd() {
		t.Errorf("descriptor %d, want %d", got, f.Fd())
	}
	for _, s := range []*stdout{{Writer: f}, {Writer: fullOutput{}}} {
		if _, tty := terminal.Of(s); tty {
			t.Errorf("%v is a terminal", s.Writer)
		}
	}
}
