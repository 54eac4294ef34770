// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadCount(t *testing.T) {
	for _, tc := range []struct {
		n       int
		err     error
		want    int
		wantErr error
	}{
		{n: 5, want: 5},
		{n: 0, wantErr: io.EOF},
		{n: -1, err: unix.EAGAIN, wantErr: io.EOF},
		{n: -1, err: unix.EINVAL, wantErr: unix.EINVAL},
		{n: -2126444288, wantErr: unix.EIO}, // seen when a case patched loadavg_proc_show
		{n: 11, wantErr: unix.EIO},
	} {
		if got, err := readCount(tc.n, 10, tc.err); got != tc.want || err != tc.wantErr {
			t.Errorf("%d, %v: %d, %v", tc.n, tc.err, got, err)
		}
	}
}
