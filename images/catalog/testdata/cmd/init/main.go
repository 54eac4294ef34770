// SPDX-License-Identifier: Apache-2.0

// Command init is the init of a test. It loads the modules in the order of
// their names, prints what it finds, and powers off.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/vport"
)

func main() {
	defer unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	modules, _ := filepath.Glob("/lib/klptest/modules/*.ko")
	for _, m := range modules {
		f, err := os.Open(m)
		if err == nil {
			err = unix.FinitModule(int(f.Fd()), "", 0)
		}
		fmt.Println("load", filepath.Base(m), err)
	}
	key, err := os.ReadFile("/etc/key")
	fmt.Printf("key %s %v\n", key, err)
	_ = os.Mkdir("/sys", 0o755) // it may exist
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		fmt.Println("mount sysfs:", err)
		return
	}
	_, err = vport.Listen("/", vport.ProbeLimit)
	fmt.Println("port", err)
}
