// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/supervise"
)

// signLimit is for one module; a signature takes milliseconds.
const signLimit = time.Minute

// signer signs modules as make modules_install would (cmd_sign of
// scripts/Makefile.modinst).
type signer struct {
	program, hash, key, cert string
	id                       string // names the certificate
}

// signerOf returns the signer for a kernel's modules, or nil if they need no
// signature: a kernel that accepts unsigned modules gets unsigned ones, so that
// its configuration alone decides the taint of a module. If the kernel requires
// signatures and its key is missing, the error is the user's.
func signerOf(t Target) (*signer, error) {
	if t.Place != nil {
		return nil, nil // no place has the key; see rig.OnImage
	}
	option := func(name string) string { return kernelOption(t.KDir, "CONFIG_MODULE_SIG_"+name) }
	if option("FORCE") != "y" {
		return nil, nil
	}
	s := &signer{
		program: filepath.Join(t.KDir, "scripts/sign-file"),
		hash:    option("HASH"),
		key:     option("KEY"),
		cert:    filepath.Join(t.KDir, "certs/signing_key.x509"),
	}
	if !filepath.IsAbs(s.key) {
		s.key = filepath.Join(t.KDir, s.key)
	}
	if err := s.find(); err != nil {
		return nil, &blame.Error{
			Party:   blame.User,
			Summary: "the kernel has CONFIG_MODULE_SIG_FORCE, but the key that signs modules is not in " + t.KDir,
			Advice:  "name the kernel's own build tree, with certs/ and scripts/sign-file; or build the kernel without CONFIG_MODULE_SIG_FORCE",
			Err:     err,
		}
	}
	return s, nil
}

// find checks that the signing program, the key and the certificate exist.
func (s *signer) find() error {
	for _, path := range []string{s.program, s.key} {
		if _, err := os.Stat(path); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(s.cert)
	s.id = fmt.Sprintf("%x", sha256.Sum256(data))
	return err
}

// name identifies the signer, and so the modules that it signs.
func (s *signer) name() string {
	if s == nil {
		return ""
	}
	return s.hash + s.id
}

// sign appends the signature to a module.
func (s *signer) sign(ctx context.Context, path string) error {
	if s == nil {
		return nil
	}
	said := &blame.Tail{}
	end, err := supervise.Run(ctx, supervise.Job{
		Argv:   []string{s.program, s.hash, s.key, s.cert, path},
		Env:    []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")},
		Output: said,
		Limit:  signLimit,
	})
	if err == nil && end.Err() != nil {
		err = &blame.Error{Summary: filepath.Base(path) + " cannot be signed", Tail: said.String(), Err: end.Err()}
	}
	return err
}
