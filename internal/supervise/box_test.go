// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBox runs the same scripts with and without a box: everything that the box
// denies works without it, so the test can fail.
func TestBox(t *testing.T) {
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	makeFiles(t, dir, "dirs/sub/x", "file", "listed/x", "other/x")
	for _, tt := range []struct {
		script  string
		allowed bool
		abi     int // the first Landlock that supports this
	}{
		{"cat DIR/dirs/sub/x && ls DIR/dirs", true, 1},
		{"cat DIR/file", true, 1},
		{"ls DIR/listed", true, 1},
		{"mkdir tmp && echo >tmp/x && cat tmp/x && rm -r tmp", true, 1},
		{"echo >/dev/null && cat /dev/null", true, 1},
		{"echo to the output", true, 1},
		{"cat DIR/listed/x", false, 1},
		{"cat DIR/other/x", false, 1},
		{"ls DIR/other", false, 1},
		{"echo >DIR/dirs/new", false, 1},
		{"ln -s DIR/other/x link && cat link", false, 1},
		{"cat /proc/self/environ", false, 1},
		{fmt.Sprintf("exec bash -c 'exec 5<>/dev/tcp/127.0.0.1/%d'", port), false, 4},
	} {
		t.Run(tt.script, func(t *testing.T) {
			if LandlockABI() < tt.abi {
				t.Skipf("needs Landlock %d", tt.abi)
			}
			free, said := shell(t, strings.ReplaceAll(tt.script, "DIR", dir))
			if out, err := Run(t.Context(), free); err != nil || out.Err() != nil {
				t.Fatalf("without a box: %+v, %v\n%s", out, err, said)
			}
			boxed, said := shell(t, free.Argv[2])
			boxed.Box = &Box{
				Dirs:     []string{"/usr", "/bin", "/lib", "/lib64", "/nonexistent", filepath.Join(dir, "dirs")},
				Files:    []string{"/etc/ld.so.cache", filepath.Join(dir, "file")},
				Listed:   []string{filepath.Join(dir, "listed")},
				Writable: []string{boxed.Dir},
			}
			out, err := Run(t.Context(), boxed)
			if err != nil || out.Ending != Exited || (out.Code == 0) != tt.allowed {
				t.Errorf("%+v, %v\n%s", out, err, said)
			}
		})
	}
}

func makeFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBoxThatCannotBeMade: a job whose box cannot be made does not run.
func TestBoxThatCannotBeMade(t *testing.T) {
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	j, output := shell(t, "echo ran")
	j.Box = &Box{Dirs: []string{"/usr", "/bin", "/lib", "/lib64"}, Writable: []string{"/nonexistent"}}
	out, err := Run(t.Context(), j)
	if err != nil || out.Ending != Broken || !strings.Contains(out.Cause, "landlock") || output.Len() > 0 {
		t.Errorf("%+v, %v, %q", out, err, output)
	}
}
