// SPDX-License-Identifier: Apache-2.0

package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// Failure is what goes into a bundle.
type Failure struct {
	Manifest Manifest // Schema, File and Kernel are filled in
	Run      report.Provenance
	Case     *casefile.Case
	Outcome  report.Outcome
	Console  []byte // or its end; may be empty
}

// Write writes a bundle.
func Write(w io.Writer, f Failure) error {
	parts, err := f.parts()
	if err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	for _, p := range Parts {
		data := parts[p.Name]
		if len(data) == 0 {
			continue
		}
		if err := pack(archive, p.Name, fitting(data, p.Most)); err != nil {
			return err
		}
	}
	return archive.Close()
}

// pack writes a part. It stores a part that would be compressed more than a reader
// accepts.
func pack(archive *zip.Writer, name string, data []byte) error {
	for _, method := range []uint16{zip.Deflate, zip.Store} {
		var trial bytes.Buffer
		probe := zip.NewWriter(&trial)
		if err := store(probe, name, method, data); err != nil {
			return err
		}
		if method == zip.Store || !tooTight(int64(len(data)), int64(trial.Len())) {
			return store(archive, name, method, data)
		}
	}
	return nil
}

func store(archive *zip.Writer, name string, method uint16, data []byte) error {
	part, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = archive.Flush()
	}
	return err
}

// tooTight reports whether a part is compressed more than any log would be.
func tooTight(size, packed int64) bool { return size > smallPart && size/max(1, packed) >= maxRatio }

// fitting returns the data, or only its end if it is too long for a part.
func fitting(data []byte, most int64) []byte {
	if int64(len(data)) <= most {
		return data
	}
	const note = "[the beginning is cut off]\n"
	return append([]byte(note), data[int64(len(data))-most+int64(len(note)):]...)
}

func (f Failure) parts() (map[string][]byte, error) {
	o := f.Outcome
	m := f.Manifest
	m.Schema, m.File = Schema, line(f.Case.File)
	m.Kernel = Kernel{Name: line(f.Run.Kernel), Release: line(f.Run.Release)}
	m.Klptest, m.Compiler, m.Written = line(f.Run.Klptest), line(m.Compiler), f.Run.Started.UTC()
	if err := m.check(); err != nil {
		return nil, err
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	document, err := f.report()
	return map[string][]byte{
		ManifestPart: append(manifest, '\n'),
		ReportPart:   document,
		CasePart:     []byte(f.Case.Text),
		ExpectedPart: []byte(judge.Expected(f.Case, o.Observation.Facts)),
		ObservedPart: []byte(o.Observed),
		LogPart:      []byte(logOf(o.Observation)),
		ConsolePart:  bytes.ReplaceAll(f.Console, []byte("\r\n"), []byte("\n")),
		ConfigPart:   []byte(configOf(f.Run.Config)),
		QEMUPart:     []byte(o.QEMU),
	}, err
}

// line makes a text fit for a manifest.
func line(text string) string {
	if text = printable.Line(text); len(text) > maxWord {
		return strings.ToValidUTF8(text[:maxWord], "")
	}
	return text
}

// report returns the document of the failure alone. It leaves out the words that repeat
// the run: a reader of the bundle must not be led to copy them.
func (f Failure) report() ([]byte, error) {
	p := f.Run
	p.Planned, p.Tests, p.Flags, p.ShellFlags, p.Spec = 1, nil, nil, nil, ""
	o := f.Outcome
	o.Case, o.Log, o.Observed = f.Case.Text, "", "" // ObservedPart has it
	d := report.Document{Provenance: p, Outcomes: []report.Outcome{o}, Ending: report.Ending{Took: o.Duration, Total: 1, Status: report.ExitCode([]judge.Result{o.Result})}}
	var b bytes.Buffer
	if err := d.Play(report.NewJSON(&b)); err != nil {
		return nil, err
	}
	if most, _ := partNamed(ReportPart); int64(b.Len()) > most.Most {
		b.Reset()
		d.Outcomes[0].Observation = judge.Observation{}
		if err := d.Play(report.NewJSON(&b)); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// logOf returns the kernel log as a console shows it, with the markers of commands.
func logOf(o judge.Observation) string {
	var b strings.Builder
	for _, r := range o.Records() {
		b.WriteString(r.Raw())
	}
	return b.String()
}

func configOf(config map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(config)) {
		fmt.Fprintf(&b, "CONFIG_%s=%s\n", name, config[name])
	}
	return b.String()
}
