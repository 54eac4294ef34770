// SPDX-License-Identifier: Apache-2.0

package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// file is an entry of an archive that a test makes.
type file struct {
	name, data string
	method     uint16
}

// archive packs the files as they are.
func archive(t testing.TB, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		if err := store(w, f.name, f.method, []byte(f.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with returns the files of a bundle, some with other contents, and further ones.
func with(t testing.TB, others ...file) (files []file) {
	t.Helper()
	b, err := Read(bytes.NewReader(written(t, failure(t))))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Parts {
		f := file{p.Name, string(b.Parts[p.Name]), zip.Deflate}
		for i, o := range others {
			if o.name == p.Name {
				f = o
				others = append(others[:i:i], others[i+1:]...)
				break
			}
		}
		files = append(files, f)
	}
	return append(files, others...)
}

// changed returns a part of a bundle in which one text is replaced by another.
func changed(t testing.TB, part, old, new string) file {
	t.Helper()
	for _, f := range with(t) {
		if f.name == part {
			if !strings.Contains(f.data, old) {
				t.Fatalf("%s has no %s", part, old)
			}
			f.data = strings.Replace(f.data, old, new, 1)
			return f
		}
	}
	t.Fatal(part)
	return file{}
}

// malformed returns bundles that no klptest writes, by the reason for refusing them.
func malformed(t testing.TB) map[string][]byte {
	t.Helper()
	whole := written(t, failure(t))
	list := map[string][]byte{
		"it does not end as a zip archive without a comment": nil,
		"not a bundle: it does not end as a zip archive":     append([]byte("PK\x03\x04"), make([]byte, 100)...),
		"without a comment":                        append(append([]byte{}, whole...), 'x'),
		"its directory is not that of a few parts": append([]byte("#!/bin/sh\n"), whole...),
	}
	manifest := func(old, new string) []byte { return archive(t, with(t, changed(t, ManifestPart, old, new))) }
	for want, data := range map[string][]byte{
		`it has a part ../../etc/passwd, `:                       archive(t, with(t, file{"../../etc/passwd", "x", zip.Store})),
		`it has a part /etc/passwd, `:                            archive(t, with(t, file{"/etc/passwd", "x", zip.Store})),
		`it has a part case.txtar/, `:                            archive(t, with(t, file{"case.txtar/", "", zip.Store})),
		`it has a part \x1b[2J, `:                                archive(t, with(t, file{"\x1b[2J", "x", zip.Store})),
		"it has two parts case.txtar":                            archive(t, with(t, file{CasePart, text, zip.Store}, file{CasePart, text, zip.Store})),
		"it has no report.json":                                  archive(t, with(t)[:1]),
		"it has no manifest.json":                                archive(t, with(t)[1:]),
		"case.txtar is larger than 1024 KB":                      archive(t, with(t, file{CasePart, strings.Repeat("x", 1<<20+1), zip.Store})),
		"console.log is packed to less than one 100th":           archive(t, with(t, file{ConsolePart, strings.Repeat("x", 1<<20), zip.Deflate})),
		"manifest.json: invalid character":                       archive(t, with(t, file{ManifestPart, "x", zip.Store})),
		"manifest.json: EOF":                                     archive(t, with(t, file{ManifestPart, "", zip.Store})),
		"manifest.json: more follows the manifest":               manifest("\n}\n", "\n} {}"),
		`manifest.json: json: unknown field "qemu"`:              manifest(`"cpus": 2`, `"cpus": 2, "qemu": "/tmp/evil"`),
		`manifest.json: json: unknown field "trust_sources"`:     manifest(`"cpus": 2`, `"cpus": 2, "trust_sources": true`),
		`manifest.json: json: unknown field "path"`:              manifest(`"name": "debian`, `"path": "/", "name": "debian`),
		"manifest.json: cpus -2 is none that a guest has":        manifest(`"cpus": 2`, `"cpus": -2`),
		"manifest.json: cpus 5000 is none":                       manifest(`"cpus": 2`, `"cpus": 5000`),
		"manifest.json: memory 9000000 is none":                  manifest(`"cpus": 2`, `"memory": 9000000`),
		"manifest.json: accel is neither kvm nor tcg":            manifest(`"tcg"`, `"tcg,x=y"`),
		"manifest.json: guests are neither booted nor shared":    manifest(`"shared"`, `"host"`),
		"manifest.json: a word is not a line of text":            manifest(`"quiet"`, `"a\nb"`),
		"manifest.json: a word has more than 1000 bytes":         manifest(`"quiet"`, `"`+strings.Repeat("x", 1001)+`"`),
		"manifest.json: more than 32 words":                      manifest(`"quiet"`, `"quiet"`+strings.Repeat(`,"x"`, 40)),
		"manifest.json: file is not a line of text":              manifest(`"dir/mine.txtar"`, `"\u001b[2J"`),
		"manifest.json: the case has no file":                    manifest(`"dir/mine.txtar"`, `""`),
		"manifest.json: kernel.name is not a line of text":       manifest(`"debian:6.12.1-1"`, `"a\u202eb"`),
		"manifest.json: json: cannot unmarshal":                  manifest(`"cpus": 2`, `"cpus": "2"`),
		"the bundle's form is urn:klptest:bundle:2":              manifest(Schema, "urn:klptest:bundle:2"),
		"manifest.json: the schema is not urn:klptest:bundle:1":  manifest(Schema, "x"),
		"dir/mine.txtar:1: there is no transcript":               archive(t, with(t, file{CasePart, "A case.\n", zip.Store})),
		"dir/mine.txtar:1: control character U+0000 in the text": archive(t, with(t, file{CasePart, "\x00", zip.Store})),
		`dir/mine.txtar:6: "../x.c": a file name has no path`:    archive(t, with(t, changed(t, CasePart, "klp_mine.c", "../x.c"))),
		"report.json: not a report in JSON":                      archive(t, with(t, file{ReportPart, "x", zip.Store})),
		"report.json: not a report of klptest":                   archive(t, with(t, file{ReportPart, "{}", zip.Store})),
		"report.json is not of one FAIL":                         archive(t, with(t, changed(t, ReportPart, `"FAIL"`, `"PASS"`))),
		"zip: checksum error":                                    bytes.Replace(archive(t, with(t, file{CasePart, text, zip.Store})), []byte("A case.\n\n-- transcript"), []byte("B case.\n\n-- transcript"), 1),
		"expected.txt is packed in a way that no bundle is":      marked(t, whole, ExpectedPart, 8, 1),
		"observed.txt is packed in a way that no bundle is":      marked(t, whole, ObservedPart, 10, 12),
	} {
		list[want] = data
	}
	return list
}

// marked sets a field of a part's entry in the directory (APPNOTE.TXT, 4.3.12).
func marked(t testing.TB, data []byte, part string, field int, value uint16) []byte {
	t.Helper()
	data = append([]byte{}, data...)
	at := bytes.LastIndex(data, []byte(part)) - 46
	if at < 0 || !bytes.HasPrefix(data[at:], []byte("PK\x01\x02")) {
		t.Fatal("no entry of " + part)
	}
	binary.LittleEndian.PutUint16(data[at+field:], value)
	return data
}

// TestMalformed: each is a clear user error, and nothing is written anywhere.
func TestMalformed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for want, data := range malformed(t) {
		_, err := Read(bytes.NewReader(data))
		if err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.User {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := Read(zeros{}); err == nil || err.Error() != "the bundle is larger than 64 MB" {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzRead(f *testing.F) {
	f.Add(written(f, failure(f)))
	for _, data := range malformed(f) {
		if len(data) < 64<<10 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(bytes.NewReader(data))
		if err != nil {
			if blame.Of(err) != blame.User {
				t.Errorf("%v", err)
			}
			return
		}
		if b.Case == nil || b.Failure().Verdict != judge.Fail || b.Run.check() != nil {
			t.Errorf("%+v", b.Manifest)
		}
	})
}

func FuzzManifest(f *testing.F) {
	b, err := Read(bytes.NewReader(written(f, failure(f))))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Parts[ManifestPart])
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readManifest(data)
		if err == nil && (strings.ContainsAny(strings.Join(m.Run.KernelArgs, ""), "\n\x1b") || filepath.IsAbs(m.Kernel.Spec())) {
			t.Errorf("%+v", m)
		}
	})
}
