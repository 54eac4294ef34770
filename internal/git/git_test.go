// SPDX-License-Identifier: Apache-2.0

package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

// newRepo makes a repository with a commit for each text of the file "f".
func newRepo(t *testing.T, texts ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	dir := t.TempDir()
	must(t, dir, "init", "--quiet", "--initial-branch=main")
	for _, text := range texts {
		write(t, filepath.Join(dir, "f"), text+"\n")
		must(t, dir, "add", "f")
		must(t, dir, "commit", "--quiet", "-m", "f: "+text)
	}
	return dir
}

func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := Command{Dir: dir, Args: args, Own: true}.Output(t.Context())
	if err != nil {
		t.Fatalf("git %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func open(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenNoRepository(t *testing.T) {
	_, err := Open(t.Context(), t.TempDir())
	if err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), "no git repository in") || !strings.Contains(blame.Detail(err), "--git DIR") {
		t.Errorf("error is %v", err)
	}
}

// TestOpenRefused: what git says of a repository that it refuses is not hidden by other
// advice.
func TestOpenRefused(t *testing.T) {
	bin := t.TempDir()
	write(t, filepath.Join(bin, "git"), "#!/bin/sh\necho 'fatal: detected dubious ownership in repository' >&2\nexit 128\n")
	t.Setenv("PATH", bin)
	_, err := Open(t.Context(), bin)
	if err == nil || !strings.Contains(blame.Detail(err), "dubious") || strings.Contains(blame.Detail(err), "--git") {
		t.Errorf("error is %v", err)
	}
}

// TestKilled: a git that the host has killed is not the user's fault.
func TestKilled(t *testing.T) {
	bin := t.TempDir()
	for script, want := range map[string]blame.Party{"kill -9 $$": blame.Rig, "exit 1": blame.User, "exit 128": blame.User} {
		write(t, filepath.Join(bin, "git"), "#!/bin/sh\n"+script+"\n")
		t.Setenv("PATH", bin)
		err := Command{Dir: bin, Args: []string{"apply"}}.Run(t.Context())
		if err == nil || blame.Of(err) != want || Refused(err) != (want == blame.User) || !strings.HasPrefix(err.Error(), "git apply failed") {
			t.Errorf("%s: %v, the %v's fault", script, err, blame.Of(err))
		}
	}
}

func TestCommitThatDoesNotExist(t *testing.T) {
	r := open(t, newRepo(t, "one"))
	for _, rev := range []string{"v9.9", "--help", "", "HEAD~5"} {
		_, err := r.Commit(t.Context(), rev)
		if err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), "no such revision") {
			t.Errorf("%q: error is %v", rev, err)
		}
	}
}

func TestBorrowLeavesTheRepositoryAlone(t *testing.T) {
	dir := newRepo(t, "one", "two")
	write(t, filepath.Join(dir, "f"), "dirty")
	before := must(t, dir, "status", "--porcelain") + files(t, filepath.Join(dir, ".git"))
	r := open(t, dir)
	first, err := r.Commit(t.Context(), "HEAD~1")
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Borrow(t.Context(), filepath.Join(t.TempDir(), "w"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.Dir, "left"), "over")
	if err := w.Checkout(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(w.Dir, "f")); got != "one\n" {
		t.Errorf("f is %q", got)
	}
	if _, err := os.Stat(filepath.Join(w.Dir, "left")); err == nil {
		t.Error("what was left over stays")
	}
	if after := must(t, dir, "status", "--porcelain") + files(t, filepath.Join(dir, ".git")); after != before {
		t.Errorf("the repository was\n%s\nand is\n%s", before, after)
	}
}

func files(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		list = append(list, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, "\n")
}

func TestBorrowSeesLaterCommits(t *testing.T) {
	dir := newRepo(t, "one")
	to := filepath.Join(t.TempDir(), "w")
	if _, err := open(t, dir).Borrow(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "f"), "later")
	must(t, dir, "commit", "-qam", "later")
	r := open(t, dir)
	sha, err := r.Commit(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Borrow(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Checkout(t.Context(), sha); err != nil || read(t, filepath.Join(w.Dir, "f")) != "later" {
		t.Errorf("checkout: %v", err)
	}
}

// A work tree in which nothing changes counts as used, so `klptest cache` keeps it.
func TestBorrowedTreeIsMarkedAsUsed(t *testing.T) {
	r, store := open(t, newRepo(t, "one")), cachetest.New(t)
	for range 2 {
		tree, unlock, err := r.BorrowIn(t.Context(), store)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
		cachetest.WantUsed(t, tree.Dir)
		cachetest.Age(t, tree.Dir)
	}
}

func TestHooksDoNotRun(t *testing.T) {
	dir := newRepo(t, "one", "two")
	ran := filepath.Join(t.TempDir(), "ran")
	w, err := open(t, dir).Borrow(t.Context(), filepath.Join(t.TempDir(), "w"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.Dir, ".git/hooks/post-checkout"), "#!/bin/sh\ntouch "+ran+"\n")
	if err := w.Checkout(t.Context(), must(t, dir, "rev-parse", "HEAD")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook has run")
	}
}

func TestPatches(t *testing.T) {
	r := open(t, newRepo(t, "one", "two", "three"))
	out, err := r.Patches(t.Context(), "HEAD~2", "HEAD")
	if err != nil || strings.Count(string(out), "\nSubject: ") != 2 {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := r.Patches(t.Context(), "HEAD", "HEAD"); err == nil || blame.Of(err) != blame.User {
		t.Errorf("no commits: error is %v", err)
	}
}

func TestPatchesRefusesMerges(t *testing.T) {
	dir := newRepo(t, "one", "two")
	must(t, dir, "checkout", "-q", "-b", "side", "HEAD~1")
	write(t, filepath.Join(dir, "g"), "x")
	must(t, dir, "add", "g")
	must(t, dir, "commit", "-qm", "g")
	must(t, dir, "merge", "-q", "--no-edit", "main")
	if _, err := open(t, dir).Patches(t.Context(), "main~1", "side"); err == nil || !strings.Contains(err.Error(), "merge") {
		t.Errorf("error is %v", err)
	}
}

func TestEnvironmentLeadsNowhere(t *testing.T) {
	t.Setenv("GIT_DIR", "/nowhere")
	dir := newRepo(t, "one")
	if _, err := open(t, dir).Commit(t.Context(), "main"); err != nil {
		t.Error(err)
	}
}
