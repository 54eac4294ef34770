// SPDX-License-Identifier: Apache-2.0

package series

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Patch is one patch of a series.
type Patch struct {
	Subject string // without "[PATCH 1/3]"; the file's name if there is no subject
	Diff    []byte
	number  int // of "[PATCH 1/3]"; 0: none
}

var (
	mailStart  = regexp.MustCompile(`^(From |[A-Za-z-]+: )`)
	diffStart  = regexp.MustCompile(`(?m)^(diff --git |--- \S)`)
	subjectTag = regexp.MustCompile(`^\s*(\[[^\]]*\]\s*)+`)
	ofSeries   = regexp.MustCompile(`\[[^\]]*\b0*(\d+)/\d+[^\]]*\]`)
)

// Split reads one file, which must have a patch; tmp is a directory for intermediate
// files. The mails of a mailbox are sorted if all are numbered "n/m". Mails without a
// patch are skipped.
func Split(ctx context.Context, tmp, name string, data []byte) ([]Patch, error) {
	patches, err := split(ctx, tmp, name, data)
	if err == nil && len(patches) == 0 {
		err = blame.Userf("%s has no patch", name)
	}
	return patches, err
}

// split returns nothing for mails without a patch, and refuses what is neither a mail nor
// a diff.
func split(ctx context.Context, tmp, name string, data []byte) ([]Patch, error) {
	if !diffStart.Match(data) && !mailStart.Match(data) {
		return nil, blame.Userf("%s has no patch", name)
	}
	if !mailStart.Match(data) {
		return []Patch{{Subject: name, Diff: unixLines(data)}}, nil
	}
	dir, err := os.MkdirTemp(tmp, "mails-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	split := git.Command{Dir: dir, Args: []string{"mailsplit", "-b", "--keep-cr", "-o" + dir}, Stdin: bytes.NewReader(data), Own: true}
	if _, err := split.Output(ctx); err != nil {
		return nil, err
	}
	patches, err := readMails(ctx, dir)
	return inOrder(patches), err
}

// readMails reads the mails 0001, 0002 … of a directory.
func readMails(ctx context.Context, dir string) (patches []Patch, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		p, err := readMail(ctx, dir, e.Name())
		if err != nil {
			return nil, err
		}
		if diffStart.Match(p.Diff) {
			patches = append(patches, p)
		}
	}
	return patches, nil
}

// readMail parses a mail in any encoding.
func readMail(ctx context.Context, dir, name string) (p Patch, err error) {
	mail, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return p, err
	}
	diff := filepath.Join(dir, name+".diff")
	info, err := git.Command{Dir: dir, Args: []string{"mailinfo", "-k", name + ".text", diff}, Stdin: bytes.NewReader(unixLines(mail)), Own: true}.Output(ctx)
	if err != nil {
		return p, err
	}
	if p.Diff, err = os.ReadFile(diff); err != nil {
		return p, err
	}
	p.Diff = unixLines(p.Diff)
	for line := range strings.Lines(string(info)) {
		if subject, ok := strings.CutPrefix(strings.TrimSpace(line), "Subject: "); ok {
			p.Subject = strings.TrimSpace(subjectTag.ReplaceAllString(subject, ""))
			if m := ofSeries.FindStringSubmatch(subject); m != nil {
				p.number, _ = strconv.Atoi(m[1])
			}
		}
	}
	return p, blame.Join(os.Remove(diff), os.Remove(filepath.Join(dir, name+".text")))
}

// inOrder sorts patches by their numbers, if all have different ones.
func inOrder(patches []Patch) []Patch {
	seen := map[int]bool{0: true}
	for _, p := range patches {
		if seen[p.number] {
			return patches
		}
		seen[p.number] = true
	}
	slices.SortStableFunc(patches, func(a, b Patch) int { return a.number - b.number })
	return patches
}
