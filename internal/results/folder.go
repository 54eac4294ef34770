// SPDX-License-Identifier: Apache-2.0

package results

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

const (
	consoleFile = "console.log"
	mostConsole = 64 << 20 // bytes of a console that are copied
	mostFolders = 10       // of one test on one kernel; a test may be repeated
	nameLength  = 100      // of a folder
)

// folders are the folders made so far, in lower case: the directory may be copied
// to a case-insensitive file system.
type folders map[string]bool

func wantsFolder(r judge.Result) bool {
	return r.Verdict != judge.Pass && r.Verdict != judge.Skip && r.Verdict != judge.XPass
}

// unused returns an unused folder for the test; empty when the test has enough folders.
func (f folders) unused(p report.Provenance, name string) string {
	base := path.Join(failedDir, FileName(cmp.Or(p.Release, p.Kernel)), FileName(name))
	for n := 1; n <= mostFolders; n++ {
		folder := base
		if n > 1 {
			folder = fmt.Sprintf("%s-%d", base, n)
		}
		if key := strings.ToLower(folder); !f[key] {
			f[key] = true
			return folder
		}
	}
	return ""
}

// FileName makes a safe file name from a text, which may be untrusted.
func FileName(text string) string {
	safe := func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._+-", r)) {
			return r
		}
		return '_'
	}
	name := strings.Map(safe, text)
	name = name[:min(len(name), nameLength)]
	if strings.Trim(name, ".") == "" || strings.HasPrefix(name, "-") {
		return "_" + strings.ReplaceAll(name, ".", "_")
	}
	return name
}

// fold makes the folder of a test that did not pass, and sets it in the outcome.
func (d *Dir) fold(p report.Provenance, o report.Outcome) (report.Outcome, error) {
	folder := d.used.unused(p, o.Name)
	console := d.openConsole(o)
	if console != nil {
		defer console.Close()
	}
	if o.Folder, o.Files = folder, d.root.FS(); folder == "" {
		return o, nil
	}
	if err := d.root.MkdirAll(folder, 0o700); err != nil {
		return o, blame.Unwritable(d.path, err)
	}
	var b bytes.Buffer
	if err := (report.Document{Provenance: p, Outcomes: []report.Outcome{o}}).Play(report.NewHuman(&b, report.HumanOptions{})); err != nil {
		return o, err
	}
	for name, text := range map[string]string{
		"report.txt":      b.String(),
		"case.txtar":      o.Case,
		"observed.txt":    printable.Text(o.Observed),
		"transcript.diff": printable.Text(o.Diff),
		"kernel.log":      kernelLog(o.Observation),
	} {
		if err := d.write(path.Join(folder, name), strings.NewReader(text)); err != nil {
			return o, err
		}
	}
	if console == nil {
		return o, nil
	}
	return o, d.write(path.Join(folder, consoleFile), io.LimitReader(console, mostConsole))
}

// openConsole opens the console of an outcome: for a run, the file that the rig
// names; for a report, only a file in the directory from which it was read. It
// returns nil if there is none.
func (d *Dir) openConsole(o report.Outcome) io.ReadCloser {
	switch {
	case o.Files != nil && o.Folder != "":
		if name := path.Join(o.Folder, consoleFile); d.mayCopy(o.Files, name) {
			if f, err := o.Files.Open(name); err == nil {
				return f
			}
		}
	case o.Log != "" && o.Live:
		if f, err := os.Open(o.Log); err == nil {
			return f
		}
	}
	return nil
}

// mayCopy reports whether a console, which may be untrusted, is a file that was not
// copied yet: a small directory could have it under many names, or have a pipe
// without a writer.
func (d *Dir) mayCopy(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	if err != nil || !info.Mode().IsRegular() || slices.ContainsFunc(d.copied, func(other fs.FileInfo) bool { return os.SameFile(info, other) }) {
		return false
	}
	d.copied = append(d.copied, info)
	return true
}

// write writes a file, unless it would be empty.
func (d *Dir) write(name string, from io.Reader) error {
	first := make([]byte, 1)
	if _, err := io.ReadFull(from, first); err == io.EOF {
		return nil
	}
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return blame.Unwritable(d.path, err)
	}
	_, err = io.Copy(f, io.MultiReader(bytes.NewReader(first), from))
	return blame.Join(err, f.Close())
}

// kernelLog returns the log in the format of the kernel.
func kernelLog(o judge.Observation) string {
	var b strings.Builder
	for _, r := range o.Records() {
		b.WriteString(r.Stamp() + " " + printable.Line(r.Text) + "\n")
	}
	return b.String()
}
