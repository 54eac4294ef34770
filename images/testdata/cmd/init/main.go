// SPDX-License-Identifier: Apache-2.0

// The init of a test: it loads the modules in the order of their names, tells
// what it has, and powers off.
package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
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
	cards, err := net.Interfaces()
	for _, c := range cards {
		fmt.Println("card", c.Name, err)
	}
}
