// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain runs the test binary as another process of the same cache when
// KLPTEST_CACHE_CHILD names what that process does.
func TestMain(m *testing.M) {
	if role := os.Getenv("KLPTEST_CACHE_CHILD"); role != "" {
		if err := child(role, os.Getenv("KLPTEST_CACHE_ROOT")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child announces each step on stdout and goes on when stdin is closed.
func child(role, root string) error {
	c, err := Open(root, nil)
	if err != nil {
		return err
	}
	pause := func(what string) {
		fmt.Println(what)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	switch role {
	case "temp":
		dir, release, err := c.Temp("child")
		if err != nil {
			return err
		}
		defer release()
		pause(dir)
	case "fill":
		pause("ready")
		_, err = c.Entry(context.Background(), "k", "a", countFill)
	case "fill-slowly":
		_, err = c.Entry(context.Background(), "k", "a", func(ctx context.Context, dir string) error {
			err := countFill(ctx, dir)
			pause("filling")
			return err
		})
	}
	return err
}

// countFill appends a line to a file beside the cache for each fill.
func countFill(ctx context.Context, dir string) error {
	log := filepath.Join(os.Getenv("KLPTEST_CACHE_ROOT"), "..", "fills")
	f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintln(f, "fill")
	return fillWith("child")(ctx, dir)
}

type process struct {
	*exec.Cmd
	stdin io.WriteCloser
	said  *bufio.Reader
}

func spawn(t *testing.T, role, root string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "KLPTEST_CACHE_CHILD="+role, "KLPTEST_CACHE_ROOT="+root)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return process{cmd, stdin, bufio.NewReader(stdout)}
}

func (p process) line(t *testing.T) string {
	t.Helper()
	line, err := p.said.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestManyProcessesFillOnce(t *testing.T) {
	c := open(t)
	var all []process
	for range 4 {
		p := spawn(t, "fill", c.Root())
		p.line(t)
		all = append(all, p)
	}
	for _, p := range all {
		p.stdin.Close()
	}
	for _, p := range all {
		if err := p.Wait(); err != nil {
			t.Error(err)
		}
	}
	fills, err := os.ReadFile(filepath.Join(c.Root(), "..", "fills"))
	if string(fills) != "fill\n" {
		t.Errorf("filled %d times, %v", strings.Count(string(fills), "\n"), err)
	}
	wantNoTemp(t, c)
}

func TestKilledInTheMiddleOfAFill(t *testing.T) {
	c := open(t)
	p := spawn(t, "fill-slowly", c.Root())
	if got := p.line(t); got != "filling" {
		t.Fatal(got)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // the error says that it was killed
	if exists(c.in("k", "a")) {
		t.Error("a half filled entry is trusted")
	}
	if len(ls(t, c.in("tmp"))) == 0 {
		t.Fatal("the dead process left nothing: this test shows nothing")
	}
	c, err := Open(c.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantNoTemp(t, c)
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("whole")); err != nil {
		t.Errorf("its lock outlives it: %v", err)
	}
}

func TestTempOfALivingProcessIsNotSwept(t *testing.T) {
	c := open(t)
	p := spawn(t, "temp", c.Root())
	dir := p.line(t)
	if _, err := Open(c.Root(), nil); err != nil {
		t.Fatal(err)
	}
	if !exists(dir) {
		t.Error("swept while its process lives")
	}
	p.stdin.Close()
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	wantNoTemp(t, c)
}
