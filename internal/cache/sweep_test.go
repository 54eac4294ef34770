// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A process can die between any two steps of making, keeping and releasing.
func TestSweepOfWhatCanBeLeft(t *testing.T) {
	for name, left := range map[string][]string{
		"directory alone":    {"a-1/x/"},
		"directory and lock": {"a-1/", "a-1.lock"},
		"lock alone":         {"a-1.lock"},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			for _, l := range left {
				leave(t, c.in("tmp"), l)
			}
			if _, err := Open(c.Root(), nil); err != nil {
				t.Fatal(err)
			}
			wantNoTemp(t, c)
		})
	}
}

func TestSweepOfTheLockOfAKeptDirectory(t *testing.T) {
	c := open(t)
	for _, l := range []string{"a-1/", "a-1.kept", "a-1.lock"} {
		leave(t, c.in("tmp"), l)
	}
	if _, err := Open(c.Root(), nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a-1", "a-1.kept"}, ls(t, c.in("tmp"))); diff != "" {
		t.Error(diff)
	}
}

// One directory that cannot be removed does not stop a command.
func TestSweepOfWhatCannotBeRemoved(t *testing.T) {
	c := open(t)
	for _, l := range []string{"a-1/", "a-1.lock/", "b-1/", ".nfs0001"} {
		leave(t, c.in("tmp"), l)
	}
	var told []string
	if _, err := Open(c.Root(), func(line string) { told = append(told, line) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cannot remove " + c.in("tmp", "a-1") + ": is a directory"}, told); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{".nfs0001", "a-1", "a-1.lock"}, ls(t, c.in("tmp"))); diff != "" {
		t.Error(diff)
	}
}

func leave(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	var err error
	if strings.HasSuffix(name, "/") {
		err = os.MkdirAll(path, 0o700)
	} else {
		err = os.WriteFile(path, nil, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Directories are released while another process sweeps.
func TestSweepDuringReleases(t *testing.T) {
	c := open(t)
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if _, release, err := c.Temp("busy"); err != nil {
				done <- err
				return
			} else {
				release()
			}
		}
		done <- nil
	}()
	for {
		if err := c.sweep(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			wantNoTemp(t, c)
			return
		default:
		}
	}
}
