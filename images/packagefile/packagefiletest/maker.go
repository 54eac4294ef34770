// SPDX-License-Identifier: Apache-2.0

package packagefiletest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// maker makes packages in a directory.
type maker struct {
	t   testing.TB
	dir string
}

// spec packs a directory as it is.
const spec = `Name: %s
Version: 6.12
Release: %s
Summary: kernel
License: GPL-2.0-only
AutoReqProv: no
%s
%%global debug_package %%{nil}
%%global __os_install_post %%{nil}
%%description
A kernel.
%%install
cp -al '%s/.' '%%{buildroot}'
%%files
/*
`

// deb makes a .deb of the files that fill puts below root.
func (m maker) deb(name, arch string, fill func(root string)) {
	m.t.Helper()
	root := m.t.TempDir()
	fill(root)
	control := fmt.Sprintf("Package: %s\nVersion: 6.12-1\nArchitecture: %s\nMaintainer: klptest <klptest@example.org>\nDescription: kernel\n", name, arch)
	if err := os.Mkdir(root+"/DEBIAN", 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(root+"/DEBIAN/control", []byte(control), 0o644); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		m.t.Fatal(err)
	}
	m.run("dpkg-deb", "--root-owner-group", "-Zxz", "-z0", "--build", root, m.dir)
}

// rpm makes an .rpm; payload is rpmbuild's _binary_payload.
func (m maker) rpm(name, release, arch, payload string, fill func(root string)) {
	m.t.Helper()
	root, top := m.t.TempDir(), m.t.TempDir()
	fill(root)
	buildArch := ""
	if arch == "noarch" {
		buildArch = "BuildArch: noarch"
	}
	file := filepath.Join(top, "kernel.spec")
	if err := os.WriteFile(file, fmt.Appendf(nil, spec, name, release, buildArch, root), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.run("rpmbuild", "-bb", "--quiet", "--define", "_topdir "+top, "--define", "_rpmdir "+m.dir, "--define", "_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
		"--define", "_binary_payload "+payload, "--define", "_build_id_links none", file)
}

func (m maker) run(name string, args ...string) {
	m.t.Helper()
	if out, err := exec.CommandContext(m.t.Context(), name, args...).CombinedOutput(); err != nil {
		m.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
