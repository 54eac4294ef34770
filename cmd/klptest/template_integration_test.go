// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// oneCase is a short case for runs that do not test a verdict.
const oneCase = "state-lower-refused"

// TestIntegrationTemplate damages templates, kills runs that make and use them, and
// has two runs side by side: the verdict must be PASS each time.
func TestIntegrationTemplate(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	t.Parallel()
	home := privateCache(t, "kernels", "kmods", "initramfs") // templates are damaged in place
	passes(t, home)
	t.Run("damaged", func(t *testing.T) {
		for i, file := range templateFiles(t, home) {
			d := damages[i%len(damages)]
			if err := d.do(file); err != nil {
				t.Fatal(err)
			}
			if out := passes(t, home); !strings.Contains(out, "making it again") {
				t.Errorf("%s of %s went unnoticed:\n%s", d.name, filepath.Base(file), out)
			}
		}
	})
	t.Run("side by side", func(t *testing.T) {
		forget(t, home)
		var two sync.WaitGroup
		for range 2 {
			two.Go(func() { passes(t, home) })
		}
		two.Wait()
	})
	t.Run("killed", func(t *testing.T) {
		for i := range 50 {
			if i%10 == 9 {
				without(t, home, "templates", func() { kill(t, home, rand.N(6*time.Second)) }) // while it makes one
			} else {
				kill(t, home, rand.N(1500*time.Millisecond))
			}
		}
		gone(t, home, 2*time.Second)
		passes(t, home)
		if left := leftovers(t, home); left != nil {
			t.Errorf("left behind: %q", left)
		}
	})
}

// passes runs one case and returns what was printed.
func passes(t *testing.T, home string) string {
	t.Helper()
	out, err := klptest(home, "run", oneCase).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("1 passed")) {
		t.Errorf("%v\n%s", err, out)
	}
	return string(out)
}

func kill(t *testing.T, home string, after time.Duration) {
	t.Helper()
	cmd := klptest(home, "run", oneCase)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	err := cmd.Wait()
	if err == nil || errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled() {
		return
	}
	t.Errorf("before the kill after %v: %v\n%s", after, err, out.Bytes())
}

func templateFiles(t *testing.T, home string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(home, "klptest", "templates", "*", "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files of the template: %q, %v", files, err)
	}
	var list []string
	for _, file := range files {
		switch filepath.Base(file) {
		case "initrd": // it is only named in a command line to copy
		case ".klptest.about": // its description for cache ls
		default:
			list = append(list, file)
		}
	}
	return list
}

func forget(t *testing.T, home string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(home, "klptest", "templates")); err != nil {
		t.Fatal(err)
	}
}

// damages are what a disk or a person may do to a file. Here each file suffers one of
// them; in testdata/model/template.txtar each file suffers all of them.
var damages = []struct {
	name string
	do   func(path string) error
}{
	{"loss", os.Remove},
	{"truncation", func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Truncate(path, info.Size()/2)
	}},
	{"a changed byte", func(path string) error {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		at, err := f.Seek(0, 3) // SEEK_DATA: a byte that is not in a hole
		if err != nil {
			return err
		}
		one := make([]byte, 1)
		if _, err := f.ReadAt(one, at); err != nil {
			return err
		}
		one[0] ^= 1
		_, err = f.WriteAt(one, at)
		return err
	}},
}
