// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/klptest/klptest/internal/blame"
)

// hostKeys checks host keys against a file.
type hostKeys struct {
	file   string // in the format of known_hosts(5)
	pin    bool   // trust a machine on first use, and add its key to the file
	notice func(string)
}

// open reads the file. It returns the callback that checks a host key, and the key
// algorithms that the file has for the machine: only these are accepted.
func (h hostKeys) open(t Target) (check ssh.HostKeyCallback, kinds []string, err error) {
	if h.pin {
		if err := create(h.file); err != nil {
			return nil, nil, blame.Unwritable(h.file, err)
		}
	}
	known, err := knownhosts.New(h.file)
	if err != nil {
		return nil, nil, blame.Unreadable(h.file, err)
	}
	return func(address string, remote net.Addr, key ssh.PublicKey) error {
		return h.verdict(t, key, known(address, remote, key))
	}, kindsOf(known, t), nil
}

// create makes an empty known hosts file if it does not exist.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// verdict accepts or rejects a key, given the result of the lookup in the file.
func (h hostKeys) verdict(t Target, key ssh.PublicKey, said error) error {
	wrong, ok := errors.AsType[*knownhosts.KeyError](said)
	switch {
	case !ok:
		return said // the key is known or revoked
	case len(wrong.Want) > 0:
		return blame.AdviseUserf("if it was installed anew, remove its line from "+wrong.Want[0].Filename+"; if it was not, somebody else answers in its place",
			"the host key of %s has changed: it is now %s", t.Address(), ssh.FingerprintSHA256(key))
	case !h.pin:
		return blame.AdviseUserf("add it: ssh-keyscan -p "+fmt.Sprint(t.Port)+" "+t.Host+" >> "+h.file, "the host key of %s is not in %s", t.Address(), h.file)
	}
	line := knownhosts.Line([]string{knownhosts.Normalize(t.Address())}, key) + "\n"
	if err := appendTo(h.file, line); err != nil {
		return blame.Unwritable(h.file, err)
	}
	h.notice(fmt.Sprintf("%s is new: its host key %s is kept in %s", t.Address(), ssh.FingerprintSHA256(key), h.file))
	return nil
}

func appendTo(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// kindsOf returns the algorithms of the machine's keys in the file; nil: there are none.
// The lookup of a key that no machine has fails with the list of known keys.
func kindsOf(known ssh.HostKeyCallback, t Target) (kinds []string) {
	wrong, _ := errors.AsType[*knownhosts.KeyError](known(t.Address(), &net.TCPAddr{IP: net.IPv4zero}, noKey{}))
	if wrong == nil {
		return nil
	}
	for _, want := range wrong.Want {
		kind := want.Key.Type()
		if kind == ssh.KeyAlgoRSA {
			kinds = append(kinds, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// noKey is a key that no machine has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("it is no key") }
