// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOutputToAFile: a job writes to a file directly, so nothing is lost when this
// process is killed.
func TestOutputToAFile(t *testing.T) {
	j, _ := shell(t, "readlink /proc/$$/fd/1")
	f, err := os.Create(filepath.Join(j.Dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	j.Output = f
	if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if text, err := os.ReadFile(f.Name()); err != nil || string(text) != f.Name()+"\n" {
		t.Errorf("%q, %v", text, err)
	}
}

// chunks passes on what is written at once.
type chunks chan string

func (c chunks) Write(p []byte) (int, error) {
	c <- string(p)
	return len(p), nil
}

func TestOutputComesAtOnce(t *testing.T) {
	j, _ := shell(t, "echo one; while ! test -e go; do sleep 0.01; done; echo two")
	c := make(chunks)
	j.Output = c
	done := make(chan error, 1)
	go func() {
		_, err := Run(t.Context(), j)
		done <- err
	}()
	if got := <-c; got != "one\n" {
		t.Errorf("%q", got)
	}
	if err := os.WriteFile(filepath.Join(j.Dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-c; got != "two\n" {
		t.Errorf("%q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
