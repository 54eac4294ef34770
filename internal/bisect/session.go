// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Question is the question of a search. The same question resumes an
// interrupted search.
type Question struct {
	Good, Bad string   // commits, by their full names
	Step      []string // the command that judges a commit
}

// Session is a search in a work tree.
type Session struct {
	tree *git.Worktree
	q    Question
}

// Open begins a search, or resumes an interrupted one.
func Open(ctx context.Context, tree *git.Worktree, q Question) (s *Session, resumed bool, err error) {
	s = &Session{tree, q}
	if s.pending() {
		return s, true, s.unlock()
	}
	return s, false, s.begin(ctx)
}

func (s *Session) path(name string) string { return filepath.Join(s.tree.Dir, ".git", name) }

const (
	questionFile = "klptest-question.json"
	notesFile    = "klptest-notes.jsonl"
)

// pending tells whether this very search is under way.
func (s *Session) pending() bool {
	data, err := os.ReadFile(s.path(questionFile))
	var q Question
	if err != nil || json.Unmarshal(data, &q) != nil || !reflect.DeepEqual(q, s.q) {
		return false
	}
	_, err = os.Stat(s.path("BISECT_START"))
	return err == nil
}

// unlock removes the lock of a killed git. The work tree has one user at a
// time.
func (s *Session) unlock() error { return os.RemoveAll(s.path("index.lock")) }

func (s *Session) begin(ctx context.Context) error {
	if err := s.forget(ctx); err != nil {
		return err
	}
	// git bisect start needs a HEAD to return to.
	if err := s.tree.Checkout(ctx, s.q.Good); err != nil {
		return err
	}
	data, err := json.Marshal(s.q)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path(questionFile), data, 0o600); err != nil {
		return err
	}
	_, err = s.tree.Git(ctx, "bisect", "start", s.q.Bad, s.q.Good, "--")
	return err
}

// forget ends any search under way.
func (s *Session) forget(ctx context.Context) error {
	if err := blame.Join(s.unlock(), os.RemoveAll(s.path(notesFile)), os.RemoveAll(s.path(questionFile))); err != nil {
		return err
	}
	if _, err := os.Stat(s.path("BISECT_START")); err != nil {
		return nil
	}
	_, err := s.tree.Git(ctx, "bisect", "reset", "HEAD")
	return err
}

// NotesIn is the file in a work tree to which steps write their notes, see
// [Note].
func NotesIn(tree string) string { return filepath.Join(tree, ".git", notesFile) }

// Run has git search; the output of steps goes to out. It ends when the commit
// is found or cannot be found, or when ctx ends; then the search can be
// resumed.
func (s *Session) Run(ctx context.Context, out io.Writer) (*Answer, error) {
	run := s.tree.Command(append([]string{"bisect", "run"}, s.q.Step...)...)
	run.Steps = true // they are klptest's own
	// Not a file, so that Run waits for the step as well as for git.
	run.Stdout, run.Stderr = writer{out}, writer{out}
	runErr := run.Run(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	log, err := s.tree.Git(ctx, "bisect", "log")
	if err != nil {
		return nil, err
	}
	notes, err := readNotes(NotesIn(s.tree.Dir))
	if err != nil {
		return nil, err
	}
	answer := parseLog(log)
	answer.Notes = notes
	if answer.First == "" && len(answer.Possible) == 0 {
		return nil, &blame.Error{Summary: "the search has stopped", Advice: "fix the problem and give the same command again: it continues from here", Err: runErr}
	}
	return answer, s.forget(ctx)
}

type writer struct{ io.Writer }

// Answer is the result of a search.
type Answer struct {
	First    string   // the first bad commit; empty: inconclusive
	Possible []string // the candidates, when some of them were skipped
	Notes    []Note   // the findings of the steps
}

// parseLog reads the last lines of git bisect log:
//
//	# first bad commit: [SHA] subject
//	# possible first bad commit: [SHA] subject
func parseLog(log string) *Answer {
	a := &Answer{}
	for line := range strings.Lines(log) {
		if rest, ok := strings.CutPrefix(line, "# first bad commit: ["); ok {
			a.First, _, _ = strings.Cut(rest, "]")
		}
		if rest, ok := strings.CutPrefix(line, "# possible first bad commit: ["); ok {
			sha, _, _ := strings.Cut(rest, "]")
			a.Possible = append(a.Possible, sha)
		}
	}
	return a
}
