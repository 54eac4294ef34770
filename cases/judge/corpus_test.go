// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// dumped matches a record as /dev/kmsg shows it.
var dumped = regexp.MustCompile(`^(\d+),(\d+),(\d+),[^;]*;(.*)$`)

// corpusFile is a file of testdata/observed: a case and what was observed: kmsg
// (records), answers (JSON, one a command; none: all succeeded), end, facts,
// and the expected finding.
type corpusFile struct {
	path    string
	archive *txtar.Archive
	c       *casefile.Case
	data    []byte // of the case alone
	o       Observation
}

func corpus(t testing.TB, pattern string) []*corpusFile {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v, %d files", pattern, err, len(paths))
	}
	var list []*corpusFile
	for _, p := range paths {
		list = append(list, readCorpus(t, p))
	}
	return list
}

func readCorpus(t testing.TB, path string) *corpusFile {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := &corpusFile{path: path, archive: a}
	only := &txtar.Archive{Comment: a.Comment}
	for _, file := range a.Files {
		if file.Name == "transcript" {
			only.Files = append(only.Files, file)
		}
	}
	f.data = txtar.Format(only)
	if f.c, err = casefile.Parse(filepath.Base(path), f.data); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	f.o = f.observation(t)
	return f
}

// replayed returns the shipped cases, each with the observation it expects.
func replayed(t testing.TB) []*corpusFile {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var files []*corpusFile
	for _, c := range list {
		data, err := fs.ReadFile(cases.ShippedFS(), c.File)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &corpusFile{path: c.File, c: c, data: data, o: replay(c)})
	}
	return files
}

// replay returns the observation that the case expects, on a kernel with each
// attribute that the case asks for.
func replay(c *casefile.Case) Observation {
	o := Observation{
		Facts: machine.Facts{Release: "6.12.117", Config: map[string]string{}, Sysfs: map[string]bool{}},
		End:   machine.EndState{Taint: machine.ModuleTaints | c.Taints, Modules: c.Leaves},
	}
	for _, attr := range c.SysfsAttrs() {
		o.Facts.Sysfs[attr] = true
	}
	for _, s := range c.Resolve(o.Facts) {
		var a machine.Answer
		o.End.Records = append(o.End.Records, machine.Record{Facility: 1, Text: s.Command.Marker()})
		for _, e := range s.Expect {
			switch e.Kind {
			case casefile.Log:
				o.End.Records = append(o.End.Records, machine.Record{Text: logged(e.Text)})
			case casefile.Errno:
				a.Errno = strings.TrimPrefix(e.Text, "! ")
			case casefile.Output:
				a.Output += strings.TrimPrefix(e.Text, "= ") + "\n"
			}
		}
		o.Answers = append(o.Answers, a)
	}
	return o
}

// logged returns the log text that becomes a line of a transcript.
func logged(line string) string {
	if where, ok := strings.CutPrefix(line, "* WARNING "); ok {
		return "------------[ cut here ]------------\nWARNING: CPU: 0 PID: 1 at a.c:1 " + where + "+0x1/0x2\n---[ end trace 0000000000000000 ]---"
	}
	if line == "* stack" {
		return "CPU: 0 PID: 1 Comm: insmod\nCall Trace:\n f+0x1/0x2"
	}
	return strings.TrimPrefix(line, `\`)
}

func (f *corpusFile) section(name string) (string, bool) {
	for _, file := range f.archive.Files {
		if file.Name == name {
			return string(file.Data), true
		}
	}
	return "", false
}

func (f *corpusFile) observation(t testing.TB) Observation {
	o := Observation{Facts: machine.Facts{Release: "6.12.117+deb12-amd64"}}
	f.decode(t, "facts", &o.Facts)
	f.decode(t, "answers", &o.Answers)
	if _, ok := f.section("answers"); !ok {
		o.Answers = make([]machine.Answer, len(f.c.Resolve(o.Facts)))
	}
	f.decode(t, "end", &o.End)
	kmsg, _ := f.section("kmsg")
	o.End.Records = readDump(t, f.path, kmsg)
	return o
}

func (f *corpusFile) decode(t testing.TB, section string, v any) {
	text, ok := f.section(section)
	if !ok {
		return
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%s: %s: %v", f.path, section, err)
	}
}

func readDump(t testing.TB, path, text string) []machine.Record {
	var list []machine.Record
	for line := range strings.Lines(text) {
		m := dumped.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("%s: not a record: %q", path, line)
		}
		prio, _ := strconv.Atoi(m[1])
		seq, _ := strconv.ParseUint(m[2], 10, 64)
		usec, _ := strconv.ParseUint(m[3], 10, 64)
		list = append(list, machine.Record{
			Seq: seq, Usec: usec, Facility: prio >> 3, Level: prio & 7,
			Text: strings.ReplaceAll(strings.ReplaceAll(m[4], `\x0a`, "\n"), `\x1b`, "\x1b"),
		})
	}
	return list
}

// golden compares text with the file's section, or rewrites the section.
func (f *corpusFile) golden(t *testing.T, section, text string) {
	want, _ := f.section(section)
	if want == text {
		return
	}
	if !*update {
		t.Errorf("%s:\n%s\nwant:\n%s", f.path, text, want)
		return
	}
	for i, file := range f.archive.Files {
		if file.Name == section {
			f.archive.Files = append(f.archive.Files[:i], f.archive.Files[i+1:]...)
			break
		}
	}
	f.archive.Files = append(f.archive.Files, txtar.File{Name: section, Data: []byte(text)})
	if err := os.WriteFile(f.path, txtar.Format(f.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// show formats a finding as the golden files have it.
func show(f Finding) string {
	var b strings.Builder
	fmt.Fprintln(&b, f.Verdict)
	for _, r := range f.Reasons {
		fmt.Fprintln(&b, r)
	}
	// A line of a diff may look like a section's marker.
	for line := range strings.Lines(f.Diff) {
		fmt.Fprint(&b, "|"+line)
	}
	return b.String()
}
