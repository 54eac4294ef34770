// SPDX-License-Identifier: Apache-2.0

// Command init is the init of a test. It loads the modules in the order of
// their names, prints what it finds, and powers off.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/vport"
)

// portWait is how long to wait for the port, whose driver probes in parallel.
const portWait = 10 * time.Second

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
	_, err = vport.Listen("/", portWait)
	fmt.Println("port", err)
}
