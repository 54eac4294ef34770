// SPDX-License-Identifier: Apache-2.0

package steady

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	failure := errors.New("it fails")
	for _, tt := range []struct {
		name   string
		states string // before the first run, and after each
		runs   int
		want   string
	}{
		{"nothing to do", "aa", 1, ""},
		{"all to do", " aa", 2, ""},
		{"disturbed", " xaa", 3, ""},
		{"disturbed later", "axaa", 3, ""},
		{"disturbed always", "abcdefg", maxRuns, "different commands each time"},
		{"failure", "a!", 1, failure.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runs := 0
			err := Run(func() (string, error) { return tt.states[runs : runs+1], nil }, func() error {
				if runs++; tt.states[runs] == '!' {
					return failure
				}
				return nil
			})
			if runs != tt.runs || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%d runs, %v", runs, err)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	last := ""
	for _, tt := range []struct {
		file, text string
		changes    bool
	}{
		{"a.o", "", false},
		{".a.o.cmd", "gcc", true},
		{".a.o.cmd", "gcc -O", true},
		{"a.o", "x", false},
		{"sub/.b.o.cmd", "gcc -O", true},
		{"sub/.c.o.cmd", "gcc -O", true},
	} {
		path := filepath.Join(dir, tt.file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(tt.text), 0o600)); err != nil {
			t.Fatal(err)
		}
		now, err := Commands(dir)()
		if err != nil {
			t.Fatal(err)
		}
		if changed := now != last; last != "" && changed != tt.changes {
			t.Errorf("%s %q: changed is %v", tt.file, tt.text, changed)
		}
		last = now
	}
}
