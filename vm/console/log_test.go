// SPDX-License-Identifier: Apache-2.0

package console

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLog(t *testing.T) {
	const gap = "\n... klptest: %s bytes are missing here ...\n"
	tests := []struct{ text, want string }{
		{"", ""},
		{"short", "short"},
		{"0123456789", "0123456789"},
		{"0123456789a", "0123456789a"},
		{"0123456789abcd", "0123456789abcd"},
		{"0123456789abcde", "0123456789" + strings.Replace(gap, "%s", "1", 1) + "bcde"},
		{"0123456789" + strings.Repeat("x", 1000) + "tail", "0123456789" + strings.Replace(gap, "%s", "1000", 1) + "tail"},
	}
	for _, tt := range tests {
		for _, size := range []int{1, 3, 4, 9, 5000} {
			log, err := CreateLog(filepath.Join(t.TempDir(), "log"), 10, 4)
			if err != nil {
				t.Fatal(err)
			}
			writeInPieces(t, log, tt.text, size)
			for range 2 { // the second does nothing
				if err := log.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if got := string(readFile(t, log.Path())); got != tt.want {
				t.Errorf("%q in pieces of %d: the file holds %q", tt.text, size, got)
			}
		}
	}
}

func writeInPieces(t *testing.T, log *Log, text string, size int) {
	t.Helper()
	for len(text) > 0 {
		n := min(size, len(text))
		if err := log.keep([]byte(text[:n])); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
}

func TestLogIsBounded(t *testing.T) {
	log, err := CreateLog(filepath.Join(t.TempDir(), "log"), 1<<10, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	writeInPieces(t, log, strings.Repeat("0123456789abcdef", 1<<12), 100)
	if cap(log.last) > 4<<10 {
		t.Errorf("the tail takes %d bytes", cap(log.last))
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(readFile(t, log.Path())); n > 2<<10+100 {
		t.Errorf("the file takes %d bytes", n)
	}
}

func TestLogReportsAFullDisk(t *testing.T) {
	log, err := CreateLog("/dev/full", 10, 4)
	if err != nil {
		t.Skip(err)
	}
	defer log.Close()
	if err := log.keep([]byte("text")); err == nil {
		t.Error("no error")
	}
	if got := string(log.end()); got != "text" {
		t.Errorf("the tail is %q", got)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
