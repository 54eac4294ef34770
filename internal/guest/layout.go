// SPDX-License-Identifier: Apache-2.0

package guest

import "github.com/klptest/klptest/internal/tunable"

// Paths in the guest. The first five are in its initramfs.
const (
	Init           = "/init"
	Busybox        = "/bin/busybox"
	HostKey        = "/etc/klptest/host_key"        // private, OpenSSH or PKCS#8 PEM
	AuthorizedKeys = "/etc/klptest/authorized_keys" // one key a line, as sshd has it
	BootModules    = "/lib/klptest/modules"         // *.ko, loaded in lexical order at boot

	// CaseModules holds the modules of the case: NAME.ko.
	CaseModules = "/run/klptest/modules"
	// CaseFiles holds the other files of a test, for its commands.
	CaseFiles = "/run/klptest/files"
)

// Subsystem is the agent's SSH subsystem.
const Subsystem = "klptest"

// StreamAgent is the only argument of klptest when it is the agent of a machine that it
// did not boot. It then serves one session, on its standard input and output.
const StreamAgent = "agent-on-stdio"

// PlantedAgent is its only argument on a machine that boots from a distribution's disk
// image. It then starts the agent that waits at the guest's port, and ends. It reads
// KeyFiles, as JSON, from its standard input.
const PlantedAgent = "agent-at-port"

// StreamDir begins the name of the directory that the host puts such an agent into. The
// agent removes the directory when it begins.
const StreamDir = "klptest-agent."

// CaseRoot contains all that an agent writes.
const CaseRoot = "/run/klptest"

// KeyFiles returns the files that a guest's own SSH server needs: its host key, and the
// keys that may log in.
func KeyFiles(hostKey, authorizedKeys []byte) map[string][]byte {
	return map[string][]byte{HostKey: hostKey, AuthorizedKeys: authorizedKeys}
}

// ModulePath returns the path of a module of the case.
func ModulePath(name string) string { return CaseModules + "/" + name + ".ko" }

// FilePath returns the path of another file of a test.
func FilePath(name string) string { return CaseFiles + "/" + name }

// KernelArgs returns the kernel arguments that the agent needs.
func KernelArgs() []string {
	return []string{
		tunable.Devkmsg.Arg,
		"log_buf_len=1M", // so that a flood is seen, not lost
	}
}
