// SPDX-License-Identifier: Apache-2.0

// Package cache keeps what is costly to make (kernels, module builds, guest
// images) in one directory, by default $XDG_CACHE_HOME/klptest.
//
// An entry is a directory that is filled under a temporary name, synced and
// renamed: it exists completely or not at all, whenever a process dies. Several
// processes share a cache: the one that fills an entry holds its lock, and the
// kernel releases the lock when the holder dies. Temporary directories of dead
// processes are removed by the next [Open].
//
//	ROOT/KIND/KEY/…      entries, never changed once there; their time is that of the last use
//	ROOT/locks/KIND/KEY  one lock for each entry being filled
//	ROOT/locks/KIND-KEY  one lock for each directory that changes, and so is not an entry
//	ROOT/tmp/NAME/       of a process that holds the lock ROOT/tmp/NAME.lock
//	ROOT/tmp.lock        held while a temporary directory is made, or dead ones removed
//	ROOT/users.lock      shared by all processes that have the cache open
package cache
