// SPDX-License-Identifier: Apache-2.0

package rootfs

import "os"

// Control runs f with the file's descriptor, which stays non-blocking, so that
// closing the file ends its reads.
func Control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}
