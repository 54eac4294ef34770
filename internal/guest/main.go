// SPDX-License-Identifier: Apache-2.0

package guest

import "os"

// Where the guest looks for what the host has put into its initramfs.
const (
	hostKeyPath        = "/etc/klptest/host_key"        // private, OpenSSH or PKCS#8 PEM
	authorizedKeysPath = "/etc/klptest/authorized_keys" // one key a line, as sshd has it
	modulesDir         = "/lib/klptest/modules"         // *.ko, loaded in lexical order at boot
)

const (
	initName  = "/init" // what the kernel calls init of an initramfs (init/main.c, ramdisk_execute_command)
	agentName = "klptest-agent"
)

// Main runs PID 1 or the agent when this process is one of them, and then does
// not return; else it reports false. It must be the first thing in main, so
// that a guest pays for nothing that it does not use.
func Main() (handled bool) {
	switch role(os.Getpid(), os.Args) {
	case initName:
		runInit()
	case agentName:
		os.Exit(runAgent())
	}
	return false
}

// role asks for both the number and the name, because klptest is PID 1 in a
// container too.
func role(pid int, args []string) string {
	switch {
	case len(args) == 0:
		return ""
	case pid == 1 && args[0] == initName:
		return initName
	case args[0] == agentName:
		return agentName
	}
	return ""
}

// KernelArgs returns what the agent needs of the kernel command line.
func KernelArgs() []string {
	return []string{
		"printk.devkmsg=on", // by default all but 10 writes in 5 s are dropped, silently
		"log_buf_len=1M",    // so that a flood is seen, not lost
	}
}
