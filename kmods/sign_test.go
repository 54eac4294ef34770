// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// signed makes a kernel with those options and, except for missing, everything
// that signs modules.
func signed(t *testing.T, options, missing string) Target {
	t.Helper()
	k := newKernel(t, "6.12.1")
	write(t, filepath.Join(k.KDir, ".config"), options+"CONFIG_MODULE_SIG_HASH=\"sha256\"\nCONFIG_MODULE_SIG_KEY=\"certs/signing_key.pem\"\n")
	filetest.Put(t, filepath.Join(k.KDir, "scripts/sign-file"), "#!/bin/sh\necho $1 ${2#"+k.KDir+"/} $(cat $3) >>$4\n")
	write(t, filepath.Join(k.KDir, "certs/signing_key.pem"), "secret")
	write(t, filepath.Join(k.KDir, "certs/signing_key.x509"), "ours")
	if missing != "" {
		if err := os.Remove(filepath.Join(k.KDir, missing)); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

const sigForce = "CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\n"

func TestModulesAreSigned(t *testing.T) {
	const signature = "sha256 certs/signing_key.pem ours\n"
	for options, want := range map[string]bool{
		"":                      false,
		"CONFIG_MODULE_SIG=y\n": false,
		"CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_ALL=y\n": false,
		sigForce: true,
	} {
		for _, live := range []bool{false, true} {
			k := signed(t, options, "")
			k.Live = live
			b := Builder{Cache: cachetest.New(t), make: newFakeMake(t, "good"), cc: "/bin/true", fit: anyFit}
			all, err := b.Shipped(t.Context(), k)
			if err != nil {
				t.Fatalf("%s: %v", options, err)
			}
			data, err := os.ReadFile(all["klp_a"].Path)
			if got := strings.HasSuffix(string(data), signature); err != nil || got != want {
				t.Errorf("%s, live %v: signed %v, %v", options, live, got, err)
			}
		}
	}
}

// A rebuilt kernel may have a new key but the same modules.
func TestNewKeyNewSignature(t *testing.T) {
	k := signed(t, sigForce, "")
	k.Live = true
	b := Builder{Cache: cachetest.New(t), make: newFakeMake(t, "good"), cc: "/bin/true", fit: anyFit}
	for _, cert := range []string{"ours", "another"} {
		write(t, filepath.Join(k.KDir, "certs/signing_key.x509"), cert)
		all, err := b.Shipped(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(all["klp_a"].Path); !strings.HasSuffix(string(data), cert+"\n") {
			t.Errorf("not signed with %s", cert)
		}
	}
}

func TestNoKeyToSignWith(t *testing.T) {
	for _, missing := range []string{"scripts/sign-file", "certs/signing_key.pem", "certs/signing_key.x509"} {
		b := Builder{Cache: cachetest.New(t), make: newFakeMake(t, "good"), cc: "/bin/true", fit: anyFit}
		k := signed(t, sigForce, missing)
		_, err := b.Shipped(t.Context(), k)
		e, ok := errors.AsType[*blame.Error](err)
		if !ok || e.Party != blame.User || !strings.Contains(e.Error(), "CONFIG_MODULE_SIG_FORCE") || !strings.Contains(e.Error(), missing) {
			t.Errorf("%s: error is %v", missing, err)
		}
		if runs(t, k) != 0 {
			t.Error("modules are built that cannot be loaded")
		}
	}
}

func TestSignerThatFails(t *testing.T) {
	k := signed(t, sigForce, "")
	filetest.Put(t, filepath.Join(k.KDir, "scripts/sign-file"), "#!/bin/sh\necho bad key; exit 1\n")
	b := Builder{Cache: cachetest.New(t), make: newFakeMake(t, "good"), cc: "/bin/true", fit: anyFit}
	_, err := b.Shipped(t.Context(), k)
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Party != blame.Rig || e.Tail != "bad key\n" {
		t.Errorf("error is %v", err)
	}
}
