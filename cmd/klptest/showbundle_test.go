// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// TestShowHostileBundle checks that what a stranger has put into a bundle stays text, and
// that no command is offered for copying that the manifest could not express.
func TestShowHostileBundle(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.klpbundle"), filepath.Join(dir, "bad.klpbundle")
	putBundle(t, good)
	in, err := zip.OpenReader(good)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var packed bytes.Buffer
	out := zip.NewWriter(&packed)
	for _, f := range in.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		evil := strings.NewReplacer(`it is wrong`, `\u001b[2J\u202e`, `"kernel": ""`, `"kernel": "\u001b[4m", "flags": ["--trust-sources"], "tests": ["a", "b"]`)
		if f.Name != "report.json" {
			evil = strings.NewReplacer()
		}
		if _, err := io.WriteString(to, evil.Replace(string(text))); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, bad, packed.String())
	var shown, said bytes.Buffer
	if status := run(t.Context(), []string{"show", bad}, streams{strings.NewReader(""), &shown, &said}); status != 0 || said.Len() > 0 {
		t.Errorf("status %d, %s", status, said.String())
	}
	if text := shown.String(); !strings.Contains(text, `\x1b[2J\u202e`) || strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "trust-sources") {
		t.Errorf("%q", text)
	}
}
