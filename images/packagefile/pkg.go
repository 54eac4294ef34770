// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/images/unpack"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// maxArchive is the maximum size of an unpacked package, most of it modules that
// are left out. maxUnpacked is the maximum size of its wanted files; headers have
// 0.1 GB.
const (
	maxArchive  = 8 << 30
	maxUnpacked = 1 << 30
)

// pkg is a package file.
type pkg struct {
	format              *format
	path                string
	name, version, arch string

	at, size int64  // where its archive is, compressed
	digest   []byte // the archive's SHA-256; nil if the package has none
	archive  func(r io.Reader, root *os.Root, want func(string) string, most int64) error
}

func (p *pkg) file() string { return filepath.Base(p.path) }

func (p *pkg) group() string { return p.format.group(p.version) }

// plain matches the names, versions and architectures of packages, and the releases
// of kernels.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~:^-]*$`)

// readPkg reads what a package file says about itself.
func readPkg(ctx context.Context, path string) (*pkg, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", path)
	}
	if err != nil {
		return nil, &blame.Error{Party: blame.User, Err: err}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &blame.Error{Party: blame.User, Err: err}
	}
	defer f.Close()
	var p *pkg
	format := formatOf(path)
	if format.name == "rpm" {
		p, err = readRPM(f, info.Size())
	} else {
		p, err = readDeb(ctx, f, info.Size())
	}
	if err == nil && !(plain.MatchString(p.name) && plain.MatchString(p.version) && plain.MatchString(p.arch)) {
		err = fmt.Errorf("it is called %q %q for %q", p.name, p.version, p.arch)
	}
	if err != nil {
		return nil, explain(ctx, path, err)
	}
	p.format, p.path = format, path
	return p, nil
}

// unpack writes the files of the package below root, under the names that want
// gives them.
func (p *pkg) unpack(ctx context.Context, root *os.Root, want func(string) string) error {
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	packed := io.TeeReader(io.NewSectionReader(f, p.at, p.size), sum)
	err = unpack.Decompressed(ctx, packed, maxArchive, func(r io.Reader) error { return p.archive(r, root, want, maxUnpacked) })
	if err == nil {
		_, err = io.Copy(io.Discard, packed) // what a decompressor leaves
	}
	if err == nil && p.digest != nil && !bytes.Equal(p.digest, sum.Sum(nil)) {
		err = errors.New("it does not have the checksum that its header tells")
	}
	return explain(ctx, p.path, err)
}

// explain distinguishes bad packages from full disks, which the cache explains.
func explain(ctx context.Context, path string, err error) error {
	e := &blame.Error{Party: blame.User, Summary: "cannot unpack " + path, Advice: "the file is damaged, or no package of a kernel: download it again", Err: err}
	var typed *blame.Error
	switch {
	case err == nil || ctx.Err() != nil || cache.Full(err) != err:
		return err
	case errors.Is(err, fs.ErrExist):
		e.Advice = "another package beside it has the same file: leave one of them out"
	case errors.As(err, &typed) && typed.Advice != "":
		return err
	case typed != nil:
		e.Tail = typed.Tail
	}
	return e
}
