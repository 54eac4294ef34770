// SPDX-License-Identifier: Apache-2.0

package kconfig

// ofImage lists what a kernel needs, beyond required, to boot a distribution from a
// disk image. It has no initramfs, so modules come too late: nothing loads one before
// the disk is there, and the image has none for this kernel.
var ofImage = []option{
	{"VIRTIO_PCI", builtIn, "the disk is a virtio device"},
	{"VIRTIO_BLK", builtIn, "the disk is a virtio device"},
	{"EXT4_FS XFS_FS BTRFS_FS", builtIn, "the root file system is on the disk"},
	{"MSDOS_PARTITION EFI_PARTITION", builtIn, "the root file system is in a partition"},
	{"DEVTMPFS_MOUNT", builtIn, "nothing else makes the devices that init needs"},
	{"VIRTIO_NET", builtIn, "the first login goes over a network"},
	{"INET", builtIn, "the first login goes over a network"},
	{"PACKET", builtIn, "DHCP needs it"},
	{"VIRTIO_CONSOLE", builtIn, "the agent's port is a virtio device"},
	{"UNIX", builtIn, "systemd needs it"},
	{"CGROUPS", builtIn, "systemd needs it"},
	{"FHANDLE", builtIn, "systemd needs it"},
	{"INOTIFY_USER", builtIn, "systemd needs it"},
	{"SIGNALFD", builtIn, "systemd needs it"},
	{"TIMERFD", builtIn, "systemd needs it"},
}

// RequiredOfImage returns the missing options without which a kernel cannot boot a
// distribution from a disk image.
func RequiredOfImage(config map[string]string) []Missing { return missing(config, ofImage) }
