// SPDX-License-Identifier: Apache-2.0

package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// Bundle is a stored failure. Its texts may come from a stranger.
type Bundle struct {
	Manifest
	Case   *casefile.Case
	Report report.Document // its outcome is the failure
	Parts  map[string][]byte
}

// Failure returns the stored result.
func (b *Bundle) Failure() judge.Result { return b.Report.Outcomes[0].Result }

// Read reads a bundle. An error is the user's.
func Read(r io.Reader) (*Bundle, error) {
	data, err := bounded.ReadAll(r, maxFile)
	if errors.Is(err, bounded.ErrTooLong) {
		return nil, blame.Userf("the bundle is larger than %d MB", maxFile>>20)
	}
	if err != nil {
		return nil, err
	}
	b := &Bundle{Parts: map[string][]byte{}}
	err = checkEnd(data)
	if err == nil {
		err = b.open(data)
	}
	if err != nil {
		return nil, blame.AdviseUserf("klptest run --bundle writes one", "not a bundle: %w", err)
	}
	return b, b.parse()
}

const (
	endRecord    = 22   // bytes, without a comment
	maxDirectory = 4096 // bytes, for a few parts
)

// checkEnd checks the end of an archive (APPNOTE.TXT of PKWARE, 4.3.16) before package
// zip reads it, which would accept a directory of any length. The end that Write makes
// has a short directory before it, and nothing after it.
func checkEnd(data []byte) error {
	at := len(data) - endRecord
	if at < 0 || !bytes.HasPrefix(data[at:], []byte("PK\x05\x06")) {
		return errors.New("it does not end as a zip archive without a comment")
	}
	size, offset := binary.LittleEndian.Uint32(data[at+12:]), binary.LittleEndian.Uint32(data[at+16:])
	if size > maxDirectory || int64(offset)+int64(size) != int64(at) {
		return errors.New("its directory is not that of a few parts")
	}
	return nil
}

func (b *Bundle) open(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	return b.unpack(archive)
}

func (b *Bundle) unpack(archive *zip.Reader) error {
	var sum int64
	for _, f := range archive.File {
		p, ok := partNamed(f.Name)
		switch {
		case !ok:
			return blame.Userf("it has a part %s, which no bundle has", printable.Line(f.Name[:min(len(f.Name), 100)]))
		case b.Parts[p.Name] != nil:
			return blame.Userf("it has two parts %s", p.Name)
		case f.Flags&1 != 0 || f.Method != zip.Deflate && f.Method != zip.Store:
			return blame.Userf("%s is packed in a way that no bundle is", p.Name)
		}
		data, err := unpackPart(f, p)
		if err != nil {
			return err
		}
		if sum += int64(len(data)); sum > maxFile {
			return blame.Userf("its parts are larger than %d MB", maxFile>>20)
		}
		b.Parts[p.Name] = data
	}
	for _, p := range Parts {
		if p.must && b.Parts[p.Name] == nil {
			return blame.Userf("it has no %s", p.Name)
		}
	}
	return nil
}

// unpackPart does not trust the sizes in the archive: it stops when a part becomes too
// large, or was compressed too well.
func unpackPart(f *zip.File, p Part) ([]byte, error) {
	most := p.Most
	if f.CompressedSize64 < uint64(most/maxRatio) {
		most = max(smallPart, int64(f.CompressedSize64)*maxRatio)
	}
	in, err := f.Open()
	if err != nil {
		return nil, blame.Userf("%s: %w", p.Name, err)
	}
	defer in.Close()
	data, err := bounded.ReadAll(in, min(most, p.Most))
	switch {
	case errors.Is(err, bounded.ErrTooLong) && most < p.Most:
		return nil, blame.Userf("%s is packed to less than one %dth", p.Name, maxRatio)
	case errors.Is(err, bounded.ErrTooLong):
		return nil, blame.Userf("%s is larger than %d KB", p.Name, p.Most>>10)
	case err != nil:
		return nil, blame.Userf("%s: %w", p.Name, err)
	}
	return append([]byte{}, data...), nil // never nil
}

// parse reads the parts that klptest interprets.
func (b *Bundle) parse() (err error) {
	if b.Manifest, err = readManifest(b.Parts[ManifestPart]); err != nil {
		return err
	}
	if b.Case, err = casefile.Parse(b.File, b.Parts[CasePart]); err != nil {
		return err
	}
	docs, err := report.Read(bytes.NewReader(b.Parts[ReportPart]))
	if err != nil {
		return blame.Userf("%s: %w", ReportPart, err)
	}
	if len(docs) != 1 || len(docs[0].Outcomes) != 1 || docs[0].Outcomes[0].Verdict != judge.Fail {
		return blame.Userf("%s is not of one FAIL", ReportPart)
	}
	b.Report = docs[0]
	b.Report.Tests, b.Report.Flags, b.Report.ShellFlags = nil, nil, nil
	return nil
}
