// SPDX-License-Identifier: Apache-2.0

package kernel

import "time"

// Kernel is what the agent needs from the kernel beyond files.
type Kernel interface {
	Load(path, params string) error // finit_module(2), once
	Unload(name string) error       // delete_module(2), O_NONBLOCK
	OpenLog() (LogDevice, error)
	Renew(seed []byte, now time.Time) error
	Release() string    // uname -r
	Alive(tid int) bool // whether this process still has the thread
}

// LogDevice is /dev/kmsg: a read gives one record, or EAGAIN at the end, or
// EPIPE when records were overwritten before they were read.
type LogDevice interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	SeekEnd() error
	Wait(limit time.Duration) // until there is a record to read
	Close() error
}
