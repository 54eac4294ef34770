// SPDX-License-Identifier: Apache-2.0

package series

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Tree is a kernel source tree that patches are applied to.
type Tree interface {
	Dir() string
	// Own prepares files of the tree for being written, removed or created. Its error
	// is the user's if the tree cannot have such a file.
	Own(names ...string) error
}

// ErrDoesNotApply is in the error chain for a patch that does not fit the tree.
var ErrDoesNotApply = errors.New("the patch does not apply")

// Apply applies the whole patch or nothing. It blames the patch only for what git or the
// tree finds wrong with it. A patch that git has checked, but cannot write, shows a fault
// of this host.
func (p Patch) Apply(ctx context.Context, tree Tree) error {
	names, err := p.files(ctx, tree.Dir())
	if err != nil {
		return refused(err, git.Refused(err))
	}
	if err := tree.Own(names...); err != nil {
		return refused(err, blame.Of(err) == blame.User)
	}
	if _, err := p.git(ctx, tree.Dir(), "apply", "--check", "--whitespace=nowarn", "-"); err != nil {
		return refused(err, git.Refused(err))
	}
	_, err = p.git(ctx, tree.Dir(), "apply", "--whitespace=nowarn", "-")
	return unwritten(err)
}

// refused returns the error of a patch that does not apply if the patch is to blame;
// otherwise, it returns err.
func refused(err error, patch bool) error {
	if patch {
		return fmt.Errorf("%w: %w", ErrDoesNotApply, err)
	}
	return err
}

// unwritten makes an error of a git that writes files the rig's.
func unwritten(err error) error {
	if e, ok := errors.AsType[*blame.Error](err); ok && git.Refused(err) {
		e.Party = blame.Rig
	}
	return err
}

// files returns the old and new names of the files that the patch touches.
func (p Patch) files(ctx context.Context, dir string) (names []string, err error) {
	out, err := p.git(ctx, dir, "apply", "--numstat", "-z", "-")
	if err != nil {
		return nil, err
	}
	names = numstat(string(out))
	out, err = p.git(ctx, dir, "apply", "--numstat", "-z", "--reverse", "-")
	return slices.Compact(append(names, numstat(string(out))...)), err
}

// numstat reads records of "ADDED\tDELETED\tNAME\0".
func numstat(out string) (names []string) {
	for record := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if fields := strings.SplitN(record, "\t", 3); len(fields) == 3 {
			names = append(names, fields[2])
		}
	}
	return names
}

func (p Patch) git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return git.Command{Dir: dir, Args: args, Stdin: bytes.NewReader(p.Diff), Own: true}.Output(ctx)
}
