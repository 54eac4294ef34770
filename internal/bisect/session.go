// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Question is the question of a search. The same question resumes an
// interrupted search.
type Question struct {
	Good, Bad string   // commits, by their full names
	Step      []string // the command that judges a commit, by its exit status
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
		return s, true, s.takeUp(ctx)
	}
	return s, false, s.begin(ctx)
}

func (s *Session) path(name string) string { return filepath.Join(s.tree.Dir, ".git", name) }

const (
	questionFile = "klptest-question.json"
	notesFile    = "klptest-notes.jsonl"
)

// pending reports whether this same search is under way.
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

// takeUp checks out the commit that git bisect has chosen to be judged next: it judges
// whatever is checked out. Meanwhile klptest series may have used the work tree, or git
// was killed before it had checked that commit out.
func (s *Session) takeUp(ctx context.Context) error {
	if err := s.unlock(); err != nil {
		return err
	}
	next, err := s.tree.Git(ctx, "rev-parse", "--verify", "--quiet", "BISECT_EXPECTED_REV")
	if err != nil {
		return context.Cause(ctx) // git has chosen none: an end is judged next
	}
	return s.tree.Checkout(ctx, next)
}

func (s *Session) begin(ctx context.Context) error {
	// git bisect needs a HEAD to return to. The HEAD of an older search may be gone
	// from the repository.
	if err := s.tree.Checkout(ctx, s.q.Good); err != nil {
		return err
	}
	if err := s.forget(ctx); err != nil {
		return err
	}
	if _, err := s.tree.Git(ctx, "bisect", "start"); err != nil {
		return err
	}
	data, err := json.Marshal(s.q)
	if err != nil {
		return err
	}
	return os.WriteFile(s.path(questionFile), data, 0o600)
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

// NotesIn returns the file to which the steps in a work tree write their notes; see
// [Note].
func NotesIn(tree string) string { return filepath.Join(tree, ".git", notesFile) }
