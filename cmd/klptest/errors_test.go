// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// mistaken are the input files of TestErrors, each wrong in the way its name says.
var mistaken = map[string]string{
	"case.txtar":            "A case.\n\n-- transcript --\n% insmod klp_a\n",
	"bom.txtar":             "\xef\xbb\xbfA case.\n\n-- transcript --\n% insmod klp_a\n",
	"utf-16.txtar":          "\xff\xfeA\x00 \x00",
	"binary.txtar":          "\x7fELF\x02\x01\x00" + strings.Repeat("\x00\x80\x1b\n", 100),
	"crlf.txtar":            "A case.\r\n\r\n-- transcript --\r\n% insmod klp_a\r\n",
	"empty.txtar":           "",
	"command.txtar":         "A case.\n\n-- transcript --\n% modprobe klp_a\n",
	"no-ending":             "A case.\n\n-- transcript --\n% insmod klp_a\n",
	"prose.txt":             "Why is livepatching not enabled here?\n",
	"none.json":             "none\n",
	"other.json":            "{}\n",
	"one.patch":             "From 0 Mon Sep 17 00:00:00 2001\nSubject: a\n\n---\n--- a/Kconfig\n+++ b/Kconfig\n@@ -0,0 +1 @@\n+a\n",
	"none.patch":            "none\n",
	"directory/file":        "",
	"bad.config":            "CONFIG_X is not set\n",
	"image":                 "no image\n",
	"new-source/Kconfig":    "",
	"new-source/Kbuild":     "",
	"new-source/Makefile":   "VERSION = 6\nPATCHLEVEL = 12\n",
	"old-source/Kconfig":    "",
	"old-source/Kbuild":     "",
	"old-source/Makefile":   "VERSION = 4\nPATCHLEVEL = 19\n",
	"dirty-source/Kconfig":  "",
	"dirty-source/Kbuild":   "",
	"dirty-source/.config":  "",
	"dirty-source/Makefile": "VERSION = 6\nPATCHLEVEL = 12\n",
}

// TestErrors provokes the program's errors: each command line in the golden file
// must print the standard error and exit with the status given there.
func TestErrors(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	path := filepath.Join("testdata", "errors.golden")
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	inMistakes(t)
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		words, ok := strings.CutPrefix(line, "$ klptest ")
		if !ok {
			if strings.HasPrefix(line, "#") {
				got.WriteString("\n" + line)
			}
			continue
		}
		got.WriteString("\n" + line + mistake(t, strings.Fields(words)))
	}
	text := strings.TrimPrefix(got.String(), "\n")
	filetest.Golden(t, golden, text, *update)
}

// inMistakes makes a directory of mistakes the working directory.
func inMistakes(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range mistaken {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	t.Chdir(dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	if err := os.Mkdir("repo", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(imagestest.BuildTree(t), "tree"); err != nil {
		t.Fatal(err)
	}
	gitHistory(t, "repo")
}

// gitHistory makes a directory a repository with two commits of all files in it.
func gitHistory(t *testing.T, dir string) {
	t.Helper()
	for _, args := range []string{"init -q -b main", "add .", "commit -q --allow-empty -m one", "commit -q --allow-empty -m two"} {
		git := exec.Command("git", strings.Fields("-c user.name=a -c user.email=a "+args)...)
		git.Dir, git.Env = dir, append(os.Environ(), "GIT_AUTHOR_DATE=@1 +0000", "GIT_COMMITTER_DATE=@1 +0000")
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
}

// mistake returns what a command prints on standard error, and its exit status.
func mistake(t *testing.T, words []string) string {
	t.Helper()
	for i, w := range words {
		words[i] = strings.Trim(w, "'") // quotes are for empty words and patterns
	}
	var out, err bytes.Buffer
	status := run(t.Context(), words, streams{strings.NewReader(""), &out, &err})
	if out.Len() > 0 {
		t.Errorf("%q prints on standard output: %s", words, out.String())
	}
	here, wdErr := os.Getwd()
	if wdErr != nil {
		t.Fatal(wdErr)
	}
	said := strings.NewReplacer(here, "$WORK", "sudo apt-get", "apt-get").Replace(err.String())
	return said + "[" + strconv.Itoa(status) + "]\n"
}
