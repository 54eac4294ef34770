// SPDX-License-Identifier: Apache-2.0

package klog

import "testing"

func TestParseErrno(t *testing.T) {
	good := map[string]string{
		"EINVAL": "EINVAL", "EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP", "EOPNOTSUPP": "EOPNOTSUPP", "EDEADLOCK": "EDEADLK",
		"errno 524": "errno 524", "exit 1": "exit 1", "SIGKILL": "SIGKILL",
	}
	for in, want := range good {
		if got, err := ParseErrno(in); got != want || err != nil {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "einval", "22", "EINVA", "SIGNAL", "errno", "exit 0", "exit 99999"} {
		if got, err := ParseErrno(in); err == nil {
			t.Errorf("%q is read as %q", in, got)
		}
	}
}
